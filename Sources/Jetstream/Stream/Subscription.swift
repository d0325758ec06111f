/// What is asked of a Jetstream: the filters of its v1 `/subscribe`.
package struct Subscription: Sendable, Equatable {
    /// The most that a server takes; more are refused with 400.
    package static let maximumCollections = 100
    package static let maximumDids = 10_000
    /// The largest message that the reader takes, and so the largest that it asks for.
    package static let maximumMessageBytes = 4 * 1024 * 1024

    /// NSIDs, or prefixes such as `app.bsky.feed.*`; empty for all.
    ///
    /// They filter commits only.
    package var wantedCollections: [String]
    /// DIDs; empty for all.
    ///
    /// They filter every kind of event.
    package var wantedDids: [String]

    package init(wantedCollections: [String] = [], wantedDids: [String] = []) {
        self.wantedCollections = wantedCollections
        self.wantedDids = wantedDids
    }

    /// The path and query of the request.
    ///
    /// - Parameters:
    ///   - base: the host's path, `/subscribe` as a rule; it may have a query of its own.
    ///   - cursor: where to begin (included): a sequence number below 1e15, else microseconds since the Unix epoch; nil
    ///     begins with what happens next.
    /// - Returns: what stands in the request line.
    package func target(base: String, cursor: Int64?) -> String {
        var items = wantedCollections.map { "wantedCollections=\(Subscription.escaped($0))" }
        items += wantedDids.map { "wantedDids=\(Subscription.escaped($0))" }
        items.append("maxMessageSizeBytes=\(Subscription.maximumMessageBytes)")
        if let cursor { items.append("cursor=\(cursor)") }
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
