/// A host to read from, as the configuration names it.
package struct JetstreamHost: Sendable, Equatable, CustomStringConvertible {
    /// The path of wire v1.
    static let pathV1 = "/subscribe"
    /// The path of wire v2 (`network.bsky.jetstream.subscribeEvents`).
    static let pathV2 = "/xrpc/network.bsky.jetstream.subscribeEvents"
    /// Where v2 hosts hand out their zstd dictionary (`network.bsky.jetstream.getZstdDictionary`).
    static let dictionaryPath = "/xrpc/network.bsky.jetstream.getZstdDictionary"

    /// The paths at which a host can be read, of the one wire and the other.
    package static let paths = [pathV1, pathV2]

    /// The name under which its cursor is stored: host and port, without the path, so that what is asked of it does not
    /// matter.
    package let name: String
    /// Where to ask, in the order in which that is tried.
    package let endpoints: [JetstreamEndpoint]

    /// Reads a URL (`wss://jetstream2.us-east.bsky.network/subscribe`) or a bare host name, which means `wss`.
    ///
    /// The path says which wire the host speaks; without a path v2 is tried first, then v1.
    ///
    /// - Throws: ``WebSocketError`` when it is neither.
    package init(_ text: String) throws(WebSocketError) {
        let url = try WebSocketURL(text.contains("://") ? text : "wss://\(text)")
        name = url.hostHeader
        if url.target == "/" || url.target.isEmpty {
            endpoints = [
                JetstreamEndpoint(host: name, wire: .v2, url: try url.with(target: JetstreamHost.pathV2)),
                JetstreamEndpoint(host: name, wire: .v1, url: try url.with(target: JetstreamHost.pathV1)),
            ]
        } else {
            let isV2 = url.target.prefix { $0 != "?" }.hasSuffix("network.bsky.jetstream.subscribeEvents")
            endpoints = [JetstreamEndpoint(host: name, wire: isV2 ? .v2 : .v1, url: url)]
        }
    }

    private init(name: String, endpoints: [JetstreamEndpoint]) {
        self.name = name
        self.endpoints = endpoints
    }

    /// The same host; where it may be asked on either wire, v1 comes first for filters that do not fit a request line.
    func preferring(_ subscription: Subscription) -> JetstreamHost {
        guard let first = endpoints.first, endpoints.count > 1,
            SubscriptionRequest.isTooLong(subscription, for: first)
        else { return self }
        return JetstreamHost(name: name, endpoints: endpoints.sorted { $0.wire == .v1 && $1.wire != .v1 })
    }

    package var description: String {
        endpoints.count == 1 ? endpoints.map(\.description).joined() : name
    }
}

/// One of the places at which a host can be read: a path, and the protocol that is spoken there.
package struct JetstreamEndpoint: Sendable, Equatable, CustomStringConvertible {
    package var host: String
    package var wire: JetstreamWire
    package var url: WebSocketURL

    package var description: String { "\(url.isSecure ? "wss" : "ws")://\(url.hostHeader)\(url.target)" }
}

extension WebSocketURL {
    /// The same server with another path and query.
    func with(target: String) throws(WebSocketError) -> WebSocketURL {
        try WebSocketURL("\(isSecure ? "wss" : "ws")://\(hostHeader)\(target)")
    }
}
