/// Why a message could not be decompressed.
package enum ZstdError: Error, Equatable, Sendable {
    /// A message of no bytes.
    case empty
    case notZstd
    /// A frame that holds no data by its own word (RFC 8878, section 3.1.2).
    case skippable
    case truncated
    /// Something follows the frame; a message is one frame.
    case trailingBytes(Int)
    /// The frame names a dictionary that is not ours; `expected` is nil when we have none.
    case wrongDictionary(expected: UInt32?, found: UInt32)
    /// Decompressing it would need more memory for what came before than is allowed.
    case windowTooLarge(maximumBytes: Int)
    case tooLarge(maximumBytes: Int)
    case wrongChecksum
    /// With libzstd's words.
    case corrupt(String)
    /// The machine's fault and not the message's.
    case outOfMemory
}

extension ZstdError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .empty: "An empty message, where a zstd frame was expected"
        case .notZstd: "No zstd frame"
        case .skippable: "A skippable zstd frame, which holds no message"
        case .truncated: "The zstd frame is cut off"
        case .trailingBytes(let count): "\(count) bytes follow the zstd frame"
        case .wrongDictionary(nil, let found): "The zstd frame needs dictionary \(found), and there is none"
        case .wrongDictionary(let expected?, let found): "The zstd frame needs dictionary \(found), not \(expected)"
        case .windowTooLarge(let maximum): "The zstd frame needs a window of more than \(maximum) bytes"
        case .tooLarge(let maximum): "The message has more than \(maximum) bytes, decompressed"
        case .wrongChecksum: "The message does not match the zstd frame's checksum"
        case .corrupt(let words): "The zstd frame is corrupt: \(words)"
        case .outOfMemory: "No memory to decompress the message"
        }
    }
}
