/// The two base32 alphabets of the AT Protocol, lower case and without padding.
enum Base32 {
    /// The alphabet of RFC 4648, in multibase `b`: CIDs and did:plc.
    static let standard: StaticString = "abcdefghijklmnopqrstuvwxyz234567"
    /// The alphabet whose order is that of ASCII, so that encoded numbers sort like the numbers: TIDs.
    static let sortable: StaticString = "234567abcdefghijklmnopqrstuvwxyz"

    /// Encodes the low `characters * 5` bits of a number, most significant first.
    static func encode(_ value: UInt64, characters: Int, alphabet: StaticString) -> String {
        String(unsafeUninitializedCapacity: characters) { buffer in
            let digits = alphabet.utf8Start
            var rest = value
            var index = characters
            while index > 0 {
                index -= 1
                buffer[index] = digits[Int(rest & 31)]
                rest >>= 5
            }
            return characters
        }
    }

    /// Encodes bytes behind a prefix of the same kind, five bits a character, the last one filled up with zero bits.
    static func encode(prefix: UnicodeScalar, _ bytes: UnsafeRawBufferPointer) -> String {
        let characters = (bytes.count * 8 + 4) / 5
        return String(unsafeUninitializedCapacity: characters + 1) { buffer in
            let digits = standard.utf8Start
            buffer[0] = UInt8(truncatingIfNeeded: prefix.value)
            var pending: UInt32 = 0
            var pendingBits: UInt32 = 0
            var written = 1
            for byte in bytes {
                pending = (pending << 8) | UInt32(byte)
                pendingBits += 8
                while pendingBits >= 5 {
                    pendingBits -= 5
                    buffer[written] = digits[Int((pending >> pendingBits) & 31)]
                    written += 1
                }
            }
            if pendingBits > 0 {
                buffer[written] = digits[Int((pending << (5 - pendingBits)) & 31)]
                written += 1
            }
            return written
        }
    }
}
