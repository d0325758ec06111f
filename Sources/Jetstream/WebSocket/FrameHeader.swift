/// The header of a frame that a server sent (RFC 6455 5.2), with all the rules that one frame alone can break.
struct FrameHeader: Equatable {
    enum Opcode: UInt8 {
        case continuation = 0
        case text = 1
        case binary = 2
        case close = 8
        case ping = 9
        case pong = 10

        var isControl: Bool { rawValue >= 8 }
    }

    /// The longest header: two bytes and a length of eight, without a mask, since a server does not mask.
    static let maximumBytes = 10
    /// The most that a control frame may carry (RFC 6455 5.5).
    static let maximumControlBytes = 125

    let isFinal: Bool
    let opcode: Opcode
    let payloadBytes: Int

    /// Reads the header at the start of `bytes`.
    ///
    /// - Parameter bytes: what is there of a frame, any number of bytes.
    /// - Returns: the header and its own length, or nil when more bytes are needed.
    /// - Throws: `WebSocketError.protocolViolation` as early as the bytes show it.
    static func parse(
        _ bytes: UnsafeRawBufferPointer
    ) throws(WebSocketError) -> (header: FrameHeader, byteCount: Int)? {
        guard let first = bytes.first else { return nil }
        guard first & 0x70 == 0 else {
            throw violation("a reserved bit is set, and no extension was agreed")
        }
        guard let opcode = Opcode(rawValue: first & 0x0F) else {
            throw violation("the opcode \(first & 0x0F) is reserved")
        }
        let isFinal = first & 0x80 != 0
        guard isFinal || !opcode.isControl else {
            throw violation("a control frame is fragmented")
        }
        guard bytes.count >= 2 else { return nil }
        let second = bytes[1]
        guard second & 0x80 == 0 else {
            throw violation("a frame from the server is masked")
        }
        let shortLength = second & 0x7F
        guard !opcode.isControl || shortLength <= UInt8(maximumControlBytes) else {
            throw violation("a control frame is longer than \(maximumControlBytes) bytes")
        }
        guard let length = try parseLength(shortLength, bytes) else { return nil }
        return (FrameHeader(isFinal: isFinal, opcode: opcode, payloadBytes: length.value), length.headerBytes)
    }

    private static func parseLength(
        _ shortLength: UInt8,
        _ bytes: UnsafeRawBufferPointer
    ) throws(WebSocketError) -> (value: Int, headerBytes: Int)? {
        let headerBytes: Int
        let smallest: UInt64
        switch shortLength {
        case 126: (headerBytes, smallest) = (4, 126)
        case 127: (headerBytes, smallest) = (10, 65_536)
        default: return (Int(shortLength), 2)
        }
        guard bytes.count >= headerBytes else { return nil }
        let length = bytes[2..<headerBytes].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        guard let value = Int(exactly: length) else {
            throw violation("the highest bit of a length is set")
        }
        guard length >= smallest else {
            throw violation("the length \(length) is not in its shortest form")
        }
        return (value, headerBytes)
    }

    private static func violation(_ reason: String) -> WebSocketError {
        .protocolViolation(closeCode: CloseCode.protocolError, reason: reason)
    }
}
