import Crypto

/// Content identifiers: CIDv1 with SHA-256, in base32, as they stand in events.
///
/// The digest of a record is taken over its JSON text instead of its DAG-CBOR form: equal records have equal CIDs and
/// the shape is exact, but nobody can recompute them from the record alone.
enum CID {
    private static let digestBytes = 32
    private static let multihash: [UInt8] = [0x12, 0x20]
    private static let dagCBOR: UInt8 = 0x71
    private static let raw: UInt8 = 0x55

    /// The identifier of a record (`bafyrei…`).
    static func ofRecord(_ json: String) -> String {
        var text = json
        let digest = text.withUTF8 { SHA256.hash(data: UnsafeRawBufferPointer($0)) }
        return digest.withUnsafeBytes { string(codec: dagCBOR, digest: $0) }
    }

    /// An identifier of a record that is not in the stream (`bafyrei…`).
    static func randomRecord(using generator: inout SeededGenerator) -> String {
        random(codec: dagCBOR, using: &generator)
    }

    /// An identifier of an uploaded file (`bafkrei…`).
    static func randomBlob(using generator: inout SeededGenerator) -> String {
        random(codec: raw, using: &generator)
    }

    private static func random(codec: UInt8, using generator: inout SeededGenerator) -> String {
        let words = (generator.next(), generator.next(), generator.next(), generator.next())
        return withUnsafeBytes(of: words) { string(codec: codec, digest: $0) }
    }

    private static func string(codec: UInt8, digest: UnsafeRawBufferPointer) -> String {
        precondition(digest.count == digestBytes, "a SHA-256 digest has 32 bytes")
        return withUnsafeTemporaryAllocation(byteCount: 4 + digestBytes, alignment: 1) { bytes in
            bytes[0] = 1
            bytes[1] = codec
            bytes[2] = multihash[0]
            bytes[3] = multihash[1]
            UnsafeMutableRawBufferPointer(rebasing: bytes[4...]).copyMemory(from: digest)
            return Base32.encode(prefix: "b", UnsafeRawBufferPointer(bytes))
        }
    }
}
