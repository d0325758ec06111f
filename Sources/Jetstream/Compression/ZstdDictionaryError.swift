/// Why a dictionary cannot be used.
package enum ZstdDictionaryError: Error, Equatable, Sendable {
    /// With the system's words.
    case unreadable(path: String, reason: String)
    case tooLarge(maximumBytes: Int)
    /// It does not begin as a dictionary does; a dictionary of raw content would fit every frame and tell nothing.
    case notADictionary
    case corrupt
    case wrongID(expected: UInt32, found: UInt32)
    /// The SHA-256 of its bytes, in hexadecimal.
    case wrongDigest(expected: String, found: String)
}

extension ZstdDictionaryError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .unreadable(let path, let reason): "Cannot read \(path): \(reason)"
        case .tooLarge(let maximum): "More than \(maximum) bytes, which no dictionary of a Jetstream has"
        case .notADictionary: "Not a zstd dictionary: it does not begin with 37 A4 30 EC and an id"
        case .corrupt: "A zstd dictionary that is damaged"
        case .wrongID(let expected, let found): "The zstd dictionary \(found), where \(expected) is needed"
        case .wrongDigest(let expected, let found):
            "The zstd dictionary is not the one that servers use: its SHA-256 is \(found), and should be \(expected)"
        }
    }
}
