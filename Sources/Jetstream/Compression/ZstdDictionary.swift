import CZstd
import Crypto
import Glibc

/// A dictionary for zstd frames, digested and ready (RFC 8878, section 5).
///
/// Any number of decompressors may use it, on any threads.
package struct ZstdDictionary: Sendable {
    /// The most that is read: those of Jetstream have 64 and 110 KiB.
    package static let maximumBytes = 1 << 20

    /// What all servers of v1 use; no server has an address for it.
    private static let v1ID: UInt32 = 1_612_007_021
    private static let v1Digest = "b8d77b46933aceecbdd5275a01241efc985c970c78162b8150cf67a26522f70c"

    private static let magic: [UInt8] = [0x37, 0xA4, 0x30, 0xEC]

    /// The number by which frames name it.
    package let id: UInt32
    package let bytes: [UInt8]
    /// The digest is made once: for a connection each it would cost a millisecond.
    let digested: DigestedDictionary

    /// Reads a dictionary.
    ///
    /// - Parameter bytes: the whole of it, as a server or a file has it.
    /// - Throws: why it is none.
    package init(_ bytes: [UInt8]) throws(ZstdDictionaryError) {
        guard bytes.count <= ZstdDictionary.maximumBytes else {
            throw .tooLarge(maximumBytes: ZstdDictionary.maximumBytes)
        }
        let id = bytes.dropFirst(4).prefix(4).reversed().reduce(0 as UInt32) { $0 << 8 | UInt32($1) }
        guard bytes.count > 8, bytes.starts(with: ZstdDictionary.magic), id > 0 else { throw .notADictionary }
        guard let digested = DigestedDictionary(bytes) else { throw .corrupt }
        self.id = id
        self.bytes = bytes
        self.digested = digested
    }

    /// Reads the dictionary of v1 from a file, and makes sure that it is that one to the byte.
    ///
    /// - Parameter path: the file.
    /// - Returns: the dictionary.
    /// - Throws: what is wrong with the file.
    package static func v1(fileAt path: String) throws(ZstdDictionaryError) -> ZstdDictionary {
        let dictionary = try ZstdDictionary(contents(ofFileAt: path))
        guard dictionary.id == v1ID else { throw .wrongID(expected: v1ID, found: dictionary.id) }
        let digest = dictionary.sha256
        guard digest == v1Digest else { throw .wrongDigest(expected: v1Digest, found: digest) }
        return dictionary
    }

    private var sha256: String {
        SHA256.hash(data: bytes).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    /// The bytes of a file, up to one more than a dictionary may have.
    private static func contents(ofFileAt path: String) throws(ZstdDictionaryError) -> [UInt8] {
        guard let file = fopen(path, "re") else { throw unreadable(path) }
        defer { fclose(file) }
        let bytes = [UInt8](unsafeUninitializedCapacity: maximumBytes + 1) { buffer, count in
            count = fread(buffer.baseAddress, 1, buffer.count, file)
        }
        guard ferror(file) == 0 else { throw unreadable(path) }
        return bytes
    }

    private static func unreadable(_ path: String) -> ZstdDictionaryError {
        .unreadable(path: path, reason: String(cString: strerror(errno)))
    }
}

/// libzstd's form of a dictionary.
///
/// It never changes once it is made (hence `Sendable`), and has a copy of the bytes.
final class DigestedDictionary: @unchecked Sendable {
    let pointer: OpaquePointer

    /// Fails when the bytes are no dictionary, or memory is short.
    fileprivate init?(_ bytes: [UInt8]) {
        guard let pointer = ZSTD_createDDict(bytes, bytes.count) else { return nil }
        self.pointer = pointer
    }

    deinit { ZSTD_freeDDict(pointer) }
}
