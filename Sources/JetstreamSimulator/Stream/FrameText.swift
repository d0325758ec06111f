import NIOCore

/// The header of an unmasked, unfragmented frame (RFC 6455, section 5.2).
enum FrameText {
    /// The first byte of a frame.
    enum First {
        static let text: UInt8 = 0x81
        static let binary: UInt8 = 0x82
        static let reservedBit: UInt8 = 0x40
    }

    static func header(payloadBytes: Int) -> [UInt8] {
        var buffer = ByteBuffer()
        writeHeader(payloadBytes: payloadBytes, into: &buffer)
        return Array(buffer.readableBytesView)
    }

    static func writeHeader(payloadBytes: Int, first: UInt8 = First.text, into buffer: inout ByteBuffer) {
        buffer.writeInteger(first)
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
