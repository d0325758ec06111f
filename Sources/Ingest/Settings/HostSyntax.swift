/// The forms of a host that the reader can connect to.
package enum HostSyntax {
    /// The longest host name (https://www.rfc-editor.org/rfc/rfc1035#section-2.3.4).
    private static let maximumNameBytes = 253

    /// What a host may be, in words.
    private static let form =
        "a ws:// or wss:// URL or a host name, such as wss://jetstream2.us-east.bsky.network/subscribe"

    /// Says what a host must be when it is not.
    ///
    /// - Parameter host: a URL or a bare host name.
    /// - Returns: what is allowed, to follow "must be"; nil when the host is good.
    package static func whatIsAllowed(insteadOf host: String) -> String? {
        var rest = Substring(host)
        if let mark = host.firstRange(of: "://") {
            guard ["ws", "wss"].contains(host[..<mark.lowerBound].lowercased()) else { return form }
            rest = host[mark.upperBound...]
        }
        let authority = rest.prefix { !"/?#".contains($0) }
        let target = rest[authority.endIndex...]
        if authority.contains("@") { return "a host without a user name or password" }
        guard isAuthority(authority) else { return form }
        return whatIsAllowed(insteadOfTarget: target)
    }

    private static func whatIsAllowed(insteadOfTarget target: Substring) -> String? {
        if ["", "/", "/subscribe"].contains(target) { return nil }
        if target.contains("#") { return "a URL without a fragment" }
        if target.hasPrefix("/xrpc/") {
            return "a URL whose path is /subscribe or none: the newer wire under /xrpc/ is not spoken yet"
        }
        if target.contains("?") {
            return "a URL without a query: filters go to jetstream.wantedCollections and jetstream.wantedDids"
        }
        return "a URL whose path is /subscribe or none"
    }

    /// Whether the text is a host name or an address, with a port or without.
    private static func isAuthority(_ authority: Substring) -> Bool {
        if authority.hasPrefix("[") {
            guard let end = authority.firstIndex(of: "]") else { return false }
            let address = authority[..<end].dropFirst()
            return address.contains(":") && address.allSatisfy { $0.isHexDigit || $0 == ":" || $0 == "." }
                && isPort(authority[authority.index(after: end)...])
        }
        let name = authority.prefix { $0 != ":" }
        return isName(name) && isPort(authority[name.endIndex...])
    }

    private static func isName(_ name: Substring) -> Bool {
        let labels = name.split(separator: ".", omittingEmptySubsequences: false)
        return (1...maximumNameBytes).contains(name.utf8.count)
            && labels.allSatisfy { label in
                !label.isEmpty && label.first != "-" && label.last != "-"
                    && label.utf8.allSatisfy {
                        IdentifierSyntax.isLetterOrDigit($0) || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_")
                    }
            }
    }

    private static func isPort(_ text: Substring) -> Bool {
        guard !text.isEmpty else { return true }
        let digits = text.dropFirst()
        guard digits.allSatisfy({ $0.isASCII && $0.isNumber }), let port = UInt16(digits) else { return false }
        return port > 0
    }
}
