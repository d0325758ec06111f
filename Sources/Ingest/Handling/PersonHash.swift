import Crypto
import Texts

/// What stays of a person's DID when the person is forgotten.
///
/// It tells whether a DID that somebody names was forgotten, and not which DIDs were: the salt keeps tables that were
/// computed beforehand from telling. Who has the database and tries every DID there is will find them.
enum PersonHash {
    private static let saltBytes = 32

    static func of(_ did: ByteText, salt: String) -> String {
        var hash = SHA256()
        hash.update(data: Array(salt.utf8))
        hash.update(bufferPointer: did.bytes)
        return hexadecimal(hash.finalize())
    }

    /// A salt that nobody can guess.
    static func newSalt() -> String {
        var random = SystemRandomNumberGenerator()
        return hexadecimal((0..<saltBytes).map { _ in UInt8.random(in: 0...255, using: &random) })
    }

    /// Bytes as text, two digits each.
    static func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
        bytes.map { byte in
            let digits = String(byte, radix: 16)
            return digits.count == 1 ? "0\(digits)" : digits
        }.joined()
    }
}
