import Jetstream

/// The forms of a host that the reader can connect to.
package enum HostSyntax {
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
        // What the reader cannot take is for the reader to say; a fragment has words of its own.
        guard target.contains("#") || (try? JetstreamHost(host)) != nil else { return form }
        return whatIsAllowed(insteadOfTarget: target)
    }

    private static func whatIsAllowed(insteadOfTarget target: Substring) -> String? {
        let paths = JetstreamHost.paths
        if target.isEmpty || target == "/" || paths.contains(String(target)) { return nil }
        if target.contains("#") { return "a URL without a fragment" }
        if target.contains("?") {
            return "a URL without a query: filters go to jetstream.wantedCollections and jetstream.wantedDids"
        }
        return "a URL whose path is none, or one of \(paths.joined(separator: ", "))"
    }
}
