/// One value of `wantedCollections`, or of the second wire's `collections`: a collection, or all below a prefix.
struct CollectionPattern: Sendable, Hashable {
    /// A collection's name, or the part before the `*`, with its dot.
    private let text: String
    private let isPrefix: Bool

    /// Reads a value of the query; nil if the real server would refuse it.
    init?(_ value: String) {
        guard !value.hasSuffix(".*") else {
            text = String(value.dropLast())
            isPrefix = true
            return
        }
        guard Self.isCollection(value) else { return nil }
        text = value
        isPrefix = false
    }

    /// Reads a value of the second wire's query, which looks at what stands before the `.*` too.
    init?(secondWire value: String) {
        guard !value.hasSuffix(".*") || Self.isCollection(value.dropLast(1) + "x") else { return nil }
        self.init(value)
    }

    func matches(_ collection: String) -> Bool {
        isPrefix ? collection.hasPrefix(text) : collection == text
    }

    /// Whether a text has the form of an NSID: at least three segments of letters, digits and hyphens.
    private static func isCollection(_ text: some StringProtocol) -> Bool {
        let segments = text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        return segments.count >= 3 && segments.allSatisfy { !$0.isEmpty && $0.allSatisfy(isSegmentByte) }
    }

    private static func isSegmentByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"):
            true
        default:
            false
        }
    }
}
