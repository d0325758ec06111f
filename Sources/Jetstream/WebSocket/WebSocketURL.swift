import Glibc

/// A `ws://` or `wss://` address (RFC 6455 section 3), taken apart and found to be safe to put into a request.
package struct WebSocketURL: Sendable, Hashable {
    /// Whether TLS is used (`wss`).
    package let isSecure: Bool
    /// The host's name or address in lower case; an IPv6 address without its brackets.
    package let host: String
    package let port: Int
    /// Path and query as they were given, `/` where there was no path: what the request line asks for.
    package let target: String

    /// Reads an address.
    ///
    /// - Parameter text: the address; what is not printable ASCII must have been percent-encoded.
    /// - Throws: `WebSocketError.invalidURL`, which names the part that cannot be used.
    package init(_ text: String) throws(WebSocketError) {
        guard text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw .invalidURL(reason: "it holds a space, a control character or one that must be percent-encoded")
        }
        guard !text.utf8.contains(UInt8(ascii: "#")) else {
            throw .invalidURL(reason: "it has a fragment (#)")
        }
        guard let schemeEnd = text.firstRange(of: "://") else {
            throw .invalidURL(reason: "it does not begin with ws:// or wss://")
        }
        switch text[..<schemeEnd.lowerBound].lowercased() {
        case "ws": isSecure = false
        case "wss": isSecure = true
        case let other: throw .invalidURL(reason: "its scheme is \(other), not ws or wss")
        }
        let rest = text[schemeEnd.upperBound...]
        let authorityEnd = rest.firstIndex { $0 == "/" || $0 == "?" } ?? rest.endIndex
        let authority = rest[..<authorityEnd]
        guard !authority.contains("@") else {
            throw .invalidURL(reason: "it holds a user name or password")
        }
        let (host, portText) = try Self.split(authority)
        self.host = host
        port = try portText.map(Self.parsePort) ?? (isSecure ? 443 : 80)
        let given = rest[authorityEnd...]
        target = given.first == "/" ? String(given) : "/" + given
    }

    /// The value of the Host header: the port is named only when it is not the scheme's own.
    package var hostHeader: String {
        port == (isSecure ? 443 : 80) ? bracketedHost : "\(bracketedHost):\(port)"
    }

    /// What libcurl connects to: it is given no path, since it sends no request.
    var curlURL: String {
        "\(isSecure ? "https" : "http")://\(bracketedHost):\(port)/"
    }

    private var bracketedHost: String {
        host.contains(":") ? "[\(host)]" : host
    }

    private static func split(_ authority: Substring) throws(WebSocketError) -> (host: String, port: Substring?) {
        if authority.first == "[" {
            return try splitBracketed(authority)
        }
        let parts = authority.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        let host = parts.first ?? ""
        let isNamed = host.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
            case UInt8(ascii: "0")...UInt8(ascii: "9"): true
            case UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"): true
            default: false
            }
        }
        let hasLabels = host.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { label in
            !label.isEmpty && label.first != "-" && label.last != "-"
        }
        guard isNamed, hasLabels, (1...253).contains(host.utf8.count) else {
            throw .invalidURL(reason: "it has no usable host name")
        }
        return (host.lowercased(), parts.count == 2 ? parts[1] : nil)
    }

    private static func splitBracketed(
        _ authority: Substring
    ) throws(WebSocketError) -> (host: String, port: Substring?) {
        guard let end = authority.firstIndex(of: "]") else {
            throw .invalidURL(reason: "its IPv6 address has no closing bracket")
        }
        let host = authority[authority.index(after: authority.startIndex)..<end].lowercased()
        var address = in6_addr()
        guard inet_pton(AF_INET6, host, &address) == 1 else {
            throw .invalidURL(reason: "what stands in brackets is not an IPv6 address")
        }
        let rest = authority[authority.index(after: end)...]
        guard rest.isEmpty || rest.first == ":" else {
            throw .invalidURL(reason: "something other than a port follows the IPv6 address")
        }
        return (host, rest.isEmpty ? nil : rest.dropFirst())
    }

    private static func parsePort(_ text: Substring) throws(WebSocketError) -> Int {
        let isNumber = text.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        guard isNumber, let port = Int(text), (1...65_535).contains(port) else {
            throw .invalidURL(reason: "its port is not a number between 1 and 65535")
        }
        return port
    }
}

extension WebSocketURL: CustomStringConvertible {
    package var description: String {
        "\(isSecure ? "wss" : "ws")://\(hostHeader)\(target)"
    }
}
