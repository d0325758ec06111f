/// Makes the frames that a client sends: unfragmented, and masked (RFC 6455 5.3).
///
/// The mask keeps a server's data from being mistaken for a request by a proxy in between; it must be fresh for each
/// frame and not to be guessed, so it comes from the system's secure generator.
enum FrameEncoder {
    /// A text or binary message.
    static func message(_ payload: UnsafeRawBufferPointer, isText: Bool, mask: UInt32 = randomMask()) -> [UInt8] {
        frame(isText ? .text : .binary, payload, mask)
    }

    /// A ping; `payload` holds at most 125 bytes.
    static func ping(_ payload: [UInt8], mask: UInt32 = randomMask()) -> [UInt8] {
        payload.withUnsafeBytes { frame(.ping, $0, mask) }
    }

    /// The answer to a ping, with the ping's payload.
    static func pong(_ payload: UnsafeRawBufferPointer, mask: UInt32 = randomMask()) -> [UInt8] {
        frame(.pong, payload, mask)
    }

    /// A close frame; one without a code holds no reason either.
    ///
    /// - Parameters:
    ///   - code: a code that may travel (`CloseCode.mayBeSent`), or nil for an empty frame.
    ///   - reason: cut to what a control frame holds, at a character's edge.
    ///   - mask: the masking key.
    /// - Returns: the frame's bytes.
    static func close(code: UInt16?, reason: String, mask: UInt32 = randomMask()) -> [UInt8] {
        var payload: [UInt8] = []
        if let code {
            precondition(CloseCode.mayBeSent(code), "the close code \(code) must not be sent")
            payload = [UInt8(code >> 8), UInt8(code & 0xFF)]
            for scalar in reason.unicodeScalars {
                let encoded = Array(String(scalar).utf8)
                guard payload.count + encoded.count <= FrameHeader.maximumControlBytes else { break }
                payload += encoded
            }
        }
        return payload.withUnsafeBytes { frame(.close, $0, mask) }
    }

    /// A masking key for one frame.
    static func randomMask() -> UInt32 {
        var generator = SystemRandomNumberGenerator()
        return .random(in: .min ... .max, using: &generator)
    }

    private static func frame(
        _ opcode: FrameHeader.Opcode,
        _ payload: UnsafeRawBufferPointer,
        _ mask: UInt32
    ) -> [UInt8] {
        precondition(!opcode.isControl || payload.count <= FrameHeader.maximumControlBytes, "control frame too long")
        var frame: [UInt8] = [0x80 | opcode.rawValue]
        switch payload.count {
        case ...125:
            frame.append(0x80 | UInt8(payload.count))
        case ...65_535:
            frame.append(0x80 | 126)
            withUnsafeBytes(of: UInt16(payload.count).bigEndian) { frame.append(contentsOf: $0) }
        default:
            frame.append(0x80 | 127)
            withUnsafeBytes(of: UInt64(payload.count).bigEndian) { frame.append(contentsOf: $0) }
        }
        withUnsafeBytes(of: mask.bigEndian) { frame.append(contentsOf: $0) }
        frame.reserveCapacity(frame.count + payload.count)
        for (index, byte) in payload.enumerated() {
            frame.append(byte ^ UInt8(truncatingIfNeeded: mask >> UInt32(24 - 8 * (index & 3))))
        }
        return frame
    }
}
