import TestSupport
import Testing

@testable import Jetstream

struct TIDTests {
    @Test(
        arguments: [
            ("2222222222222", 0), ("2222222222322", 1), ("3jzfcijpj2z2a", 1_688_137_381_887_007),
            ("bzzzzzzzzzzzz", (1 << 53) - 1),
        ] as [(String, Int64)]
    )
    func `knows the moment of a TID`(text: String, timeMicroseconds: Int64) {
        #expect(TID(text)?.timeMicroseconds == timeMicroseconds)
    }

    @Test(arguments: [
        "", "3jzfcijpj2z2", "3jzfcijpj2z2aa", "3jzfcijpj2z21", "3JZFCIJPJ2Z2A", "3jzfcijpj2z2é", "0000000000000",
        "zzzzzzzzzzzzz", "kjzfcijpj2z2a", "cjzfcijpj2z2a", "3jzf-cij-pj2z-2", "3jzfcijpj2z2 ", "3jzfcijpj2z\0a",
    ])
    func `refuses what is no TID`(text: String) {
        #expect(TID(text) == nil)
    }

    @Test func `the last TID of a moment is not smaller than any other of it, and smaller than all later ones`() throws
    {
        var random = SeededGenerator(seed: 7)
        for _ in 0..<2_000 {
            let time = Int64.random(in: 0..<(1 << 53) - 1, using: &random)
            let last = TID(lastAt: time)
            #expect(last.timeMicroseconds == time)
            #expect(TID(last.text) == last)
            let clock = Int64.random(in: 0..<1_024, using: &random)
            #expect(try !(last < #require(TID(encoded(time << 10 | clock)))))
            #expect(try last < #require(TID(encoded((time + 1) << 10))))
        }
    }

    @Test func `texts sort as the moments do`() throws {
        var random = SeededGenerator(seed: 8)
        for _ in 0..<2_000 {
            let bits = Int.random(in: 1...63, using: &random)
            let left = Int64.random(in: 0..<Int64.max >> Int64(63 - bits), using: &random)
            let right = Int64.random(in: 0..<Int64.max >> Int64(63 - bits), using: &random)
            let leftTID = try #require(TID(encoded(left)))
            let rightTID = try #require(TID(encoded(right)))
            #expect((leftTID < rightTID) == (left < right))
            #expect(leftTID.timeMicroseconds == left >> 10)
        }
    }

    @Test func `takes a moment that no TID can name to the nearest that one can`() {
        #expect(TID(lastAt: .min) == TID(lastAt: 0))
        #expect(TID(lastAt: -1) == TID(lastAt: 0))
        #expect(TID(lastAt: .max).text == "bzzzzzzzzzzzz")
    }

    /// The characters of a number, by the definition: 13 digits of base 32, the first of which holds 4 bits.
    private func encoded(_ value: Int64) -> String {
        let digits = Array("234567abcdefghijklmnopqrstuvwxyz")
        var rest = value
        var text = ""
        for _ in 0..<13 {
            text = "\(digits[Int(rest % 32)])\(text)"
            rest /= 32
        }
        return text
    }
}
