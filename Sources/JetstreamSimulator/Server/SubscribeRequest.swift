import NIOHTTP1

/// The request of a subscription.
enum SubscribeRequest {
    static let path = "/subscribe"
    static let secondPath = "/xrpc/" + SecondWireText.name
    static let dictionaryPath = "/xrpc/network.bsky.jetstream.getZstdDictionary"
    /// The subprotocol of the second wire.
    static let subprotocol = "xrpc.v1.json"

    /// The parts before and after the first question mark.
    static func split(_ target: String) -> (path: Substring, query: Substring) {
        guard let mark = target.firstIndex(of: "?") else { return (target[...], "") }
        return (target[..<mark], target[target.index(after: mark)...])
    }

    /// The wire that a path stands for, nil for a path that is neither's.
    static func wire(of path: Substring) -> Wire? {
        switch path {
        case Substring(Self.path): .v1
        case Substring(secondPath): .v2
        default: nil
        }
    }

    /// What a request asks for.
    ///
    /// - Throws: `SubscribeQuery.Refusal` if the real server would answer 400.
    static func query(of request: HTTPRequestHead) throws(SubscribeQuery.Refusal) -> SubscribeQuery {
        let (path, text) = split(request.uri)
        let asksForCompression = request.headers["Socket-Encoding"].contains("zstd")
        guard wire(of: path) == .v2 else {
            var query = try SubscribeQuery(text)
            query.isCompressed = query.isCompressed || asksForCompression
            let extensions = request.headers["Sec-WebSocket-Extensions"].joined()
            guard !query.isCompressed || !extensions.contains("permessage-deflate") else {
                throw SubscribeQuery.Refusal("permessage-deflate and zstd cannot be had together")
            }
            return query
        }
        guard !asksForCompression else {
            throw SubscribeQuery.Refusal("Socket-Encoding is a header of /subscribe and not of this endpoint")
        }
        return try SubscribeQuery(secondWire: text)
    }

    /// Whether the client offers the second wire's subprotocol.
    static func offersSubprotocol(_ request: HTTPRequestHead) -> Bool {
        request.headers[canonicalForm: "Sec-WebSocket-Protocol"].contains { $0 == subprotocol }
    }
}
