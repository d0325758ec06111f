/// A host to read from, as the configuration names it.
package struct JetstreamHost: Sendable, Equatable, CustomStringConvertible {
    /// The path of wire v1.
    private static let defaultPath = "/subscribe"

    package let url: WebSocketURL

    /// Reads a URL (`wss://jetstream2.us-east.bsky.network/subscribe`) or a bare host name, which means `wss` and
    /// `/subscribe`.
    ///
    /// - Throws: ``WebSocketError`` when it is neither.
    package init(_ text: String) throws(WebSocketError) {
        let url = try WebSocketURL(text.contains("://") ? text : "wss://\(text)")
        self.url = url.target == "/" || url.target.isEmpty ? try url.with(target: JetstreamHost.defaultPath) : url
    }

    /// The name under which its cursor is stored: host and port, without the path, so that what is asked of it does not
    /// matter.
    package var name: String { url.hostHeader }

    package var wire: JetstreamWire { .v1 }

    package var description: String { "\(url.isSecure ? "wss" : "ws")://\(url.hostHeader)\(url.target)" }
}

extension WebSocketURL {
    /// The same server with another path and query.
    func with(target: String) throws(WebSocketError) -> WebSocketURL {
        try WebSocketURL("\(isSecure ? "wss" : "ws")://\(hostHeader)\(target)")
    }
}
