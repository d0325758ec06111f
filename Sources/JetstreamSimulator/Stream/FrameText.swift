import NIOCore

/// The bytes of an unmasked, unfragmented text frame (RFC 6455, section 5.2), made once for all connections.
enum FrameText {
    private static let finalText: UInt8 = 0x81

    static func header(payloadBytes: Int) -> [UInt8] {
        if payloadBytes < 126 {
            return [finalText, UInt8(payloadBytes)]
        }
        if payloadBytes <= Int(UInt16.max) {
            return [finalText, 126, UInt8(payloadBytes >> 8), UInt8(payloadBytes & 255)]
        }
        let length = stride(from: 56, through: 0, by: -8).map { UInt8(truncatingIfNeeded: payloadBytes >> $0) }
        return [finalText, 127] + length
    }

    static func writeHeader(payloadBytes: Int, into buffer: inout ByteBuffer) {
        buffer.writeInteger(finalText)
        if payloadBytes < 126 {
            buffer.writeInteger(UInt8(payloadBytes))
        } else if payloadBytes <= Int(UInt16.max) {
            buffer.writeInteger(UInt8(126))
            buffer.writeInteger(UInt16(payloadBytes))
        } else {
            buffer.writeInteger(UInt8(127))
            buffer.writeInteger(UInt64(payloadBytes))
        }
    }

    /// How long the header is in front of a payload.
    static func headerBytes(payloadBytes: Int) -> Int {
        payloadBytes < 126 ? 2 : payloadBytes <= Int(UInt16.max) ? 4 : 10
    }
}
