/// What a client asks for in the query of `/subscribe`.
struct SubscribeQuery: Sendable {
    /// Why a request is refused before the upgrade, in the server's words.
    struct Refusal: Error, Equatable {
        let message: String
    }

    /// The limits of the real server, both after removing duplicates.
    static let mostCollections = 100
    static let mostDids = 10_000

    /// The cursor as it came; nil when there was none, or an empty one.
    var rawCursor: String?
    var cursor: Int64?
    var wantedCollections: [CollectionPattern] = []
    var wantedDids: Set<String> = []
    /// Larger events are left out; zero for no limit.
    var mostMessageBytes = 0

    /// Reads the part of a request target after the question mark.
    ///
    /// - Throws: `Refusal` if the real server would answer 400.
    init(_ query: Substring) throws(Refusal) {
        var collections: Set<String> = []
        for pair in query.split(separator: "&") {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = PercentText.decode(parts[0]),
                let value = PercentText.decode(parts.count > 1 ? parts[1] : "")
            else { continue }
            switch name {
            case "cursor": rawCursor = rawCursor ?? (value.isEmpty ? nil : value)
            case "wantedCollections": collections.insert(value)
            case "wantedDids": wantedDids.insert(value)
            case "maxMessageSizeBytes": mostMessageBytes = max(0, Int(value) ?? 0)
            default: break
            }
        }
        try readCursor()
        try read(collections)
        try checkDids()
    }

    private mutating func readCursor() throws(Refusal) {
        guard let rawCursor else { return }
        guard let cursor = Int64(rawCursor) else {
            throw Refusal(message: "subscribe: invalid cursor: \"\(rawCursor)\"")
        }
        self.cursor = cursor
    }

    private mutating func read(_ collections: Set<String>) throws(Refusal) {
        guard collections.count <= Self.mostCollections else {
            throw Refusal(
                message: "subscribe: too many wantedCollections: \(collections.count) > \(Self.mostCollections)"
            )
        }
        for value in collections {
            guard let pattern = CollectionPattern(value) else {
                throw Refusal(message: "subscribe: invalid collection: \"\(value)\"")
            }
            wantedCollections.append(pattern)
        }
    }

    private func checkDids() throws(Refusal) {
        guard wantedDids.count <= Self.mostDids else {
            throw Refusal(message: "subscribe: too many wantedDids: \(wantedDids.count) > \(Self.mostDids)")
        }
        if let bad = wantedDids.first(where: { !$0.hasPrefix("did:") || $0.utf8.count < 8 }) {
            throw Refusal(message: "subscribe: invalid DID: \"\(bad)\"")
        }
    }
}

/// Percent-encoding of query strings.
enum PercentText {
    /// The decoded text, a `+` as a space; nil if an escape is broken.
    static func decode(_ text: Substring) -> String? {
        guard text.utf8.contains(where: { $0 == UInt8(ascii: "%") || $0 == UInt8(ascii: "+") }) else {
            return String(text)
        }
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "+"):
                bytes.append(UInt8(ascii: " "))
            case UInt8(ascii: "%"):
                guard rest.count >= 2, let value = UInt8(String(Substring(rest.prefix(2))), radix: 16) else {
                    return nil
                }
                bytes.append(value)
                rest = rest.dropFirst(2)
            default:
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
