import Testing
import Texts

struct ByteTextTests {
    private let texts = TextArena()

    @Test(arguments: ["", "a", "abc", "abd", "ab", "b", "a\u{0}b", "a\u{0}", "é", "z", "🦋", "\u{FFFF}"])
    func `compares as SQLite does, by bytes`(other: String) {
        for string in ["", "a", "abc", "a\u{0}b", "é", "🦋"] {
            let left = texts.add(string)
            let right = texts.add(other)
            #expect((left == right) == (string.utf8.elementsEqual(other.utf8)))
            #expect((left < right) == string.utf8.lexicographicallyPrecedes(other.utf8))
        }
    }

    @Test
    func `equal texts have equal hashes, wherever they lie`() {
        let literal: ByteText = "did:plc:abc"
        #expect(texts.add("did:plc:abc").hashValue == literal.hashValue)
        #expect(Set([texts.add("a"), texts.add("a"), "a", texts.add("b")]).count == 2)
    }

    @Test
    func `becomes the string that it was`() {
        for string in ["", "x", "a\u{0}b", "🦋"] {
            #expect(String(texts.add(string)) == string)
            #expect("\(texts.add(string))" == string)
        }
        #expect(String("🦋" as ByteText) == "🦋")
        #expect(texts.add("").isEmpty)
    }

    @Test
    func `an arena keeps every text at its place, however many and long they are`() {
        let strings = (0..<5_000).map { String(repeating: "\($0)-", count: $0 % 50) }
        let huge = String(repeating: "x", count: 200_000)
        let kept = strings.map { texts.add($0) }
        let keptHuge = texts.add(huge)
        let after = texts.add("after")
        for (string, text) in zip(strings, kept) { #expect(String(text) == string) }
        #expect(String(keptHuge) == huge)
        #expect(String(after) == "after")
    }
}
