/// One subscription, put into the words of a wire.
struct SubscriptionRequest: Equatable {
    /// Beyond this a request line may be refused on its way; v1 can be told the filters after the handshake.
    static let maximumTargetBytes = 4 * 1024

    /// What stands in the request line: path and query.
    let target: String
    /// The message to send as soon as the connection is open; the server waits for it.
    ///
    /// Nil when the query says it all.
    let hello: String?

    /// Puts a subscription into words.
    ///
    /// - Parameters:
    ///   - subscription: the filters.
    ///   - endpoint: where it is asked; its path may have a query of its own.
    ///   - cursor: where to begin (included): a sequence number below 1e15, else microseconds since the Unix epoch; nil
    ///     begins with what happens next.
    ///   - dictionary: the id of the zstd dictionary that the messages may be compressed with; nil for plain text.
    init(_ subscription: Subscription, to endpoint: JetstreamEndpoint, cursor: Int64?, dictionary: UInt32?) {
        let limit = "maxMessageSizeBytes=\(Subscription.maximumMessageBytes)"
        var rest: [String] = []
        let filters: [String]
        switch endpoint.wire {
        case .v1:
            filters =
                subscription.wantedCollections.map { "wantedCollections=\(Self.escaped($0))" }
                + subscription.wantedDids.map { "wantedDids=\(Self.escaped($0))" } + [limit]
            if dictionary != nil { rest.append("compress=true") }
        case .v2:
            filters =
                subscription.wantedCollections.map { "collections=\(Self.escaped($0))" }
                + subscription.wantedDids.map { "dids=\(Self.escaped($0))" } + [limit]
            if let dictionary { rest.append("zstdDictionary=\(dictionary)") }
        }
        if let cursor { rest.append("cursor=\(cursor)") }
        let whole = Self.target(endpoint.url.target, filters + rest)
        if endpoint.wire == .v1, whole.utf8.count > Self.maximumTargetBytes {
            target = Self.target(endpoint.url.target, ["requireHello=true"] + rest)
            hello = subscription.optionsUpdate
        } else {
            target = whole
            hello = nil
        }
    }

    /// Whether a request line is too long for the filters; only v1 can be told them otherwise.
    static func isTooLong(_ subscription: Subscription, for endpoint: JetstreamEndpoint) -> Bool {
        let request = SubscriptionRequest(subscription, to: endpoint, cursor: .max, dictionary: .max)
        return request.hello != nil || request.target.utf8.count > maximumTargetBytes
    }

    private static func target(_ base: String, _ items: [String]) -> String {
        guard !items.isEmpty else { return base }
        return base + (base.contains("?") ? "&" : "?") + items.joined(separator: "&")
    }

    /// Percent-encodes all but the unreserved characters (RFC 3986, section 2.3), and keeps `:` and `*`, which a query
    /// may hold and DIDs and prefixes do.
    private static func escaped(_ text: String) -> String {
        var result = ""
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"), UInt8(ascii: ":"), UInt8(ascii: "*"):
                result.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                let digits = String(byte, radix: 16, uppercase: true)
                result += digits.count == 1 ? "%0\(digits)" : "%\(digits)"
            }
        }
        return result
    }
}
