import Testing

@testable import JetstreamSimulator

struct IdentifierTests {
    @Test(arguments: [
        (1_783_175_887_514_441, 6, "3mptbypluud2a"), (0, 0, "2222222222222"),
    ])
    func `writes TIDs as production does`(microseconds: Int64, clock: UInt64, expected: String) {
        #expect(TID.string(microseconds: microseconds, clock: clock) == expected)
    }

    @Test func `sorts TIDs by their time`() {
        var generator = SeededGenerator(seed: 1)
        let times = (0..<1_000).map { _ in Int64(generator.below(1 << 52)) }
        #expect(
            times.sorted().map { TID.string(microseconds: $0, clock: 7) }
                == times.map { TID.string(microseconds: $0, clock: 7) }.sorted()
        )
    }

    @Test func `writes the CID of a known digest`() {
        // Worked out apart: base32 of 01 71 12 20 and the SHA-256 of the text.
        let cid = CID.ofRecord("{\"$type\":\"app.bsky.feed.post\",\"text\":\"hello\"}")
        #expect(cid == "bafyreic7mncuci2dutvge2trqglcohwuodxz2imsq3imn6pygcgh2tbtri")
    }

    @Test(arguments: [
        (0, "1970-01-01T00:00:00.000Z"),
        (1_783_175_888_999_999, "2026-07-04T14:38:08.999Z"),
        (951_782_400_000_000, "2000-02-29T00:00:00.000Z"),
        (-1, "1969-12-31T23:59:59.999Z"),
    ])
    func `writes timestamps of the Gregorian calendar`(microseconds: Int64, expected: String) {
        #expect(Timestamp.string(microseconds: microseconds) == expected)
    }

    @Test(arguments: [
        ("plain", "\"plain\""),
        ("a \"b\" \\ c", "\"a \\\"b\\\" \\\\ c\""),
        ("\u{0}\u{1F}\n\r\t", "\"\\u0000\\u001f\\n\\r\\t\""),
        ("<a> & b\u{2028}", "\"\\u003ca\\u003e \\u0026 b\\u2028\""),
        ("e\u{301} 👩‍🚀 天幕", "\"e\u{301} 👩‍🚀 天幕\""),
    ])
    func `escapes what the server escapes`(text: String, expected: String) {
        var json = ""
        JSONText.append(text, to: &json)
        #expect(Array(json.utf8) == Array(expected.utf8))
    }

    @Test func `draws the same numbers from the same seed`() {
        var generator = SeededGenerator(seed: 0)
        // The published first outputs of SplitMix64 for seed 0.
        #expect(generator.next() == 0xE220_A839_7B1D_CDAF)
        #expect(generator.next() == 0x6E78_9E6A_A1B9_65F4)
        #expect(generator.next() == 0x06C4_5D18_8009_454F)
    }
}
