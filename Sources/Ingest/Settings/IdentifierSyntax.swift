/// The forms of identifiers that a filter may name.
enum IdentifierSyntax {
    /// The longest of each that the protocol allows (https://atproto.com/specs/nsid, https://atproto.com/specs/did).
    private static let maximumNSIDBytes = 317
    private static let maximumDIDBytes = 2048
    private static let maximumSegmentBytes = 63

    /// Whether the text is an NSID, or a whole-segment prefix of NSIDs (`app.bsky.feed.*`).
    ///
    /// What a server does not take is refused with 400, and then nothing is ever read.
    static func isCollection(_ text: String) -> Bool {
        text.hasSuffix(".*") ? isNSID(text.dropLast() + "x") : isNSID(text)
    }

    /// Whether the text is `did:method:id` (https://atproto.com/specs/did).
    static func isDID(_ text: String) -> Bool {
        let parts = text.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
        guard text.utf8.count <= maximumDIDBytes, parts.count == 3, parts[0] == "did" else { return false }
        let method = parts[1].utf8
        let identifier = parts[2].utf8
        guard !method.isEmpty, method.allSatisfy(isLowercase), let last = identifier.last else { return false }
        return last != UInt8(ascii: ":") && last != UInt8(ascii: "%")
            && identifier.allSatisfy { isLetterOrDigit($0) || "._:%-".utf8.contains($0) }
    }

    /// Whether the text is an NSID: an authority's reversed name of two segments or more, then a name of letters.
    private static func isNSID(_ text: String) -> Bool {
        let segments = text.split(separator: ".", omittingEmptySubsequences: false)
        guard text.utf8.count <= maximumNSIDBytes, segments.count >= 3, let name = segments.last else { return false }
        return segments.allSatisfy { isSegment($0.utf8) }
            && !startsWithDigit(segments[0].utf8)
            && !startsWithDigit(name.utf8) && name.utf8.allSatisfy(isLetterOrDigit)
    }

    private static func isSegment(_ segment: Substring.UTF8View) -> Bool {
        let hyphen = UInt8(ascii: "-")
        return (1...maximumSegmentBytes).contains(segment.count)
            && segment.allSatisfy { isLetterOrDigit($0) || $0 == hyphen }
            && segment.first != hyphen && segment.last != hyphen
    }

    private static func startsWithDigit(_ segment: Substring.UTF8View) -> Bool {
        segment.first.map { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) } ?? false
    }

    private static func isLowercase(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
    }

    static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        isLowercase(byte | 0x20) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }
}
