package import Texts

/// A timestamp identifier: 64 bits as 13 characters that sort as the numbers do (AT Protocol, "TID").
///
/// The top bit is 0, then 53 bits of microseconds since the Unix epoch, then 10 bits that tell clocks apart.
package struct TID: Sendable, Hashable, Comparable {
    /// The characters, in the order of their values; ASCII keeps that order, so TIDs compare as texts do.
    private static let alphabet = Array("234567abcdefghijklmnopqrstuvwxyz".utf8)
    private static let length = 13

    package let text: String

    /// Reads a TID; nil when `text` is none.
    package init?(_ text: String) {
        guard TID.value(text.utf8) != nil else { return nil }
        self.text = text
    }

    /// Whether a text is a TID.
    package static func isTID(_ text: ByteText) -> Bool { value(text.bytes) != nil }

    /// The greatest TID of a moment: every revision made at or before it is not greater.
    ///
    /// `timeMicroseconds` is taken to the nearest moment that a TID can name (1970 to 2255).
    package init(lastAt timeMicroseconds: Int64) {
        let clamped = UInt64(min(max(timeMicroseconds, 0), (1 << 53) - 1))
        let value = clamped << 10 | 1023
        let characters = (0..<TID.length).map { index in
            TID.alphabet[Int(value >> UInt64(5 * (TID.length - 1 - index)) & 31)]
        }
        text = String(decoding: characters, as: UTF8.self)
    }

    /// When it was made, in microseconds since the Unix epoch.
    package var timeMicroseconds: Int64 { Int64((TID.value(text.utf8) ?? 0) >> 10) }

    package static func < (left: TID, right: TID) -> Bool { left.text < right.text }

    private static func value(_ characters: some Collection<UInt8>) -> UInt64? {
        guard characters.count == length else { return nil }
        var value: UInt64 = 0
        for character in characters {
            guard let digit = digit(character), value >> 59 == 0 else { return nil }
            value = value << 5 | digit
        }
        return value >> 63 == 0 ? value : nil
    }

    private static func digit(_ character: UInt8) -> UInt64? {
        switch character {
        case UInt8(ascii: "2")...UInt8(ascii: "7"): UInt64(character - UInt8(ascii: "2"))
        case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt64(character - UInt8(ascii: "a")) + 6
        default: nil
        }
    }
}
