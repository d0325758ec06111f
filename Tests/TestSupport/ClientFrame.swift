/// A WebSocket frame as a client sent it, unmasked.
package struct ClientFrame: Sendable, Equatable {
    package let opcode: UInt8
    package let payload: [UInt8]
    /// Whether it bore a mask, which every frame of a client must.
    package let isMasked: Bool

    package init(opcode: UInt8, payload: [UInt8], isMasked: Bool = true) {
        self.opcode = opcode
        self.payload = payload
        self.isMasked = isMasked
    }

    /// The status code of a close frame, or nil when there is none.
    package var closeCode: UInt16? {
        opcode == 8 && payload.count >= 2 ? UInt16(payload[0]) << 8 | UInt16(payload[1]) : nil
    }

    /// Reads a frame from the front of `bytes`, or returns nil when it is not complete.
    static func parse(_ bytes: [UInt8]) -> (frame: ClientFrame, byteCount: Int)? {
        guard bytes.count >= 2 else { return nil }
        let isMasked = bytes[1] & 0x80 != 0
        let lengthBytes = [126: 2, 127: 8][bytes[1] & 0x7F] ?? 0
        let headerBytes = 2 + lengthBytes + (isMasked ? 4 : 0)
        guard bytes.count >= headerBytes else { return nil }
        let length =
            lengthBytes == 0
            ? Int(bytes[1] & 0x7F) : bytes[2..<(2 + lengthBytes)].reduce(0) { $0 << 8 | Int($1) }
        guard bytes.count - headerBytes >= length else { return nil }
        let mask = isMasked ? Array(bytes[(headerBytes - 4)..<headerBytes]) : [0, 0, 0, 0]
        let payload = bytes[headerBytes..<(headerBytes + length)].enumerated().map { $1 ^ mask[$0 & 3] }
        return (ClientFrame(opcode: bytes[0] & 0x0F, payload: payload, isMasked: isMasked), headerBytes + length)
    }
}
