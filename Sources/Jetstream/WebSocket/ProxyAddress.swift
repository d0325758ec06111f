/// The address of an HTTP proxy that is asked for a tunnel (CONNECT, RFC 9110 9.3.6).
///
/// It may hold a password, so it is not printed: `description` leaves that out.
package struct ProxyAddress: Sendable, Equatable {
    private static let schemes = ["http", "https"]

    /// The address as libcurl takes it, with user name and password.
    let curlURL: String
    /// The address with `***` for the password.
    package let description: String

    /// Reads `http://host:port`, or `https://host:port` for a proxy that itself is reached over TLS, with
    /// `user:password@` before the host if need be.
    ///
    /// The port must be there, since programs do not agree on what it is when it is not.
    ///
    /// - Parameter text: the address; what is special in a user name or password must be percent-encoded.
    /// - Throws: `WebSocketError.invalidURL`, whose words hold nothing of a password.
    package init(_ text: String) throws(WebSocketError) {
        let parts = text.split(separator: "://", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, Self.schemes.contains(parts[0].lowercased()) else {
            throw .invalidURL(reason: "a proxy's address begins with http:// or https://")
        }
        var authority = parts[1]
        if authority.hasSuffix("/") { authority.removeLast() }
        let userEnd = authority.lastIndex(of: "@")
        let server = userEnd.map { authority[authority.index(after: $0)...] } ?? authority
        let user = userEnd.map { authority[..<$0] }
        let port = server.split(separator: ":", omittingEmptySubsequences: false).dropFirst().last ?? ""
        guard !port.isEmpty, port.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else {
            throw .invalidURL(reason: "a proxy's address ends with its port")
        }
        _ = try WebSocketURL("ws://\(server)")
        guard user?.utf8.allSatisfy(Self.mayStandInUser) ?? true else {
            throw .invalidURL(reason: "what is special in a proxy's user name or password must be percent-encoded")
        }
        let scheme = parts[0].lowercased()
        let name = user.map { $0.prefix { $0 != ":" } }
        let isSecret = user?.contains(":") ?? false
        curlURL = "\(scheme)://\(user.map { "\($0)@" } ?? "")\(server)"
        description = "\(scheme)://\(name.map { "\($0)\(isSecret ? ":***" : "")@" } ?? "")\(server)"
    }

    /// Whether a byte may stand unencoded in the part before the host (RFC 3986 3.2.1).
    private static func mayStandInUser(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
        case UInt8(ascii: "0")...UInt8(ascii: "9"): true
        default: "-._~%!$&'()*+,;=:".utf8.contains(byte)
        }
    }
}

extension ProxyAddress: CustomStringConvertible {}

extension ProxyAddress {
    /// The words for a proxy's answer to CONNECT that is no agreement.
    static func refusal(status: Int) -> String {
        let reason =
            switch status {
            case 407: ": it asks for a user name and password, or for others than it was given"
            case 403: ": it does not allow this host or port"
            default: ""
            }
        return "the proxy refused with HTTP status \(status)\(reason)"
    }

    /// libcurl's words without the address of a proxy that it cannot use, which may hold a password.
    static func withoutSecrets(_ message: String) -> String {
        message.contains("nsupported proxy") ? "the address of the proxy cannot be used" : message
    }
}
