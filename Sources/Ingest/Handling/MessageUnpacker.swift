import Jetstream
import Store

/// Reads what was logged as it came because it could not be decompressed: by now there may be a dictionary for it.
///
/// A frame that names no dictionary needs none; one that names v1's needs its file. Those of v2 are the servers', which
/// hand out the one of today and no other; they are not kept.
struct MessageUnpacker {
    /// What became of a payload.
    enum Unpacked {
        /// The message itself, which is UTF-8.
        case text([UInt8])
        /// There is nothing to decompress.
        case asItWas
        case failed(ZstdError)
    }

    let dictionary: ZstdDictionary?

    /// Decompresses the payload of a row.
    ///
    /// - Parameter row: any row of the log.
    /// - Returns: what became of it.
    /// - Throws: `ZstdError.outOfMemory`, which is the machine's fault.
    func unpack(_ row: ActivityEntry) throws -> Unpacked {
        guard !row.payloadIsText, row.payload.starts(with: EventDraft.zstdMagic) else { return .asItWas }
        do {
            let decompressor = try ZstdDecompressor(dictionary: dictionary)
            let text = try row.payload.withUnsafeBytes { frame in
                try decompressor.decompress(frame, maximumBytes: Subscription.maximumMessageBytes) { message in
                    message.isUTF8 ? Array(message) : nil
                }
            }
            return text.map(Unpacked.text) ?? .asItWas
        } catch let error as ZstdError where error != .outOfMemory {
            return .failed(error)
        }
    }
}
