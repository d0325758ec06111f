/// The first bytes of the body of an answer.
struct ResponseBody {
    /// The most that is kept of an answer that refuses the upgrade: a sentence or a small JSON object is expected, where
    /// servers say why.
    static let maximumRefusalBytes = 2048
    /// The most that is read beside what is kept: chunk headers.
    static let maximumFramingBytes = 16 * 1024

    private enum Framing {
        case counted(remaining: Int)
        case chunkSize(digits: Int, size: Int, isExtension: Bool)
        case chunkData(remaining: Int)
        case chunkEnd(remaining: Int)
        case untilEnd
        case complete
        /// What delimits it makes no sense.
        case broken
    }

    private let maximumBytes: Int
    private var framing: Framing
    private var rawBytes = 0
    /// What was gathered.
    private(set) var bytes: [UInt8] = []

    /// Finds in the head how the body is delimited (RFC 9112 section 6.3).
    ///
    /// - Parameters:
    ///   - head: the head of the answer.
    ///   - maximumBytes: the most that is kept.
    init(head: ResponseHead, maximumBytes: Int = Self.maximumRefusalBytes) {
        self.maximumBytes = maximumBytes
        if head.status == 204 || head.status == 304 {
            framing = .complete
        } else if head.tokens(of: "transfer-encoding").last == "chunked" {
            framing = .chunkSize(digits: 0, size: 0, isExtension: false)
        } else if let length = head.values(of: "content-length").first.flatMap(Int.init), length >= 0 {
            framing = length == 0 ? .complete : .counted(remaining: length)
        } else {
            framing = .untilEnd
        }
    }

    /// Whether nothing more is to be read, because the body ended, cannot be read on or fills what is kept.
    var isComplete: Bool {
        switch framing {
        case .complete, .broken: return true
        default: break
        }
        return bytes.count >= maximumBytes || rawBytes >= maximumBytes + Self.maximumFramingBytes
    }

    /// Whether the body was read to its end; one that lasts until the end of the stream never is.
    var isWhole: Bool {
        if case .complete = framing { true } else { false }
    }

    /// What was gathered, as text; bytes that are not UTF-8 are replaced.
    var text: String {
        String(decoding: bytes, as: UTF8.self)
    }

    /// Takes what arrived after the head, as far as it is wanted.
    mutating func append(_ chunk: UnsafeRawBufferPointer) {
        for byte in chunk {
            guard !isComplete else { return }
            rawBytes += 1
            framing = take(byte)
        }
    }

    private mutating func take(_ byte: UInt8) -> Framing {
        switch framing {
        case .counted(let remaining):
            bytes.append(byte)
            return remaining == 1 ? .complete : .counted(remaining: remaining - 1)
        case .chunkSize(let digits, let size, let isExtension):
            return Self.takeSize(byte, digits: digits, size: size, isExtension: isExtension)
        case .chunkData(let remaining):
            bytes.append(byte)
            return remaining == 1 ? .chunkEnd(remaining: 2) : .chunkData(remaining: remaining - 1)
        case .chunkEnd(let remaining):
            return remaining == 1
                ? .chunkSize(digits: 0, size: 0, isExtension: false) : .chunkEnd(remaining: remaining - 1)
        case .untilEnd:
            bytes.append(byte)
            return .untilEnd
        case .complete, .broken:
            return framing
        }
    }

    private static func takeSize(_ byte: UInt8, digits: Int, size: Int, isExtension: Bool) -> Framing {
        if byte == UInt8(ascii: "\n") {
            guard digits > 0 else { return .broken }
            return size == 0 ? .complete : .chunkData(remaining: size)
        }
        if !isExtension, let digit = Character(UnicodeScalar(byte)).hexDigitValue {
            // Eight digits hold 4 GiB, far more than is read: the sum cannot overflow.
            return digits == 8
                ? .broken : .chunkSize(digits: digits + 1, size: size * 16 + digit, isExtension: false)
        }
        return .chunkSize(digits: digits, size: size, isExtension: true)
    }
}
