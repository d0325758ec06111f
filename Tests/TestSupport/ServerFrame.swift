/// Builds the bytes of WebSocket frames as a server would send them, right or wrong.
package enum ServerFrame {
    /// How the length is written, whatever it is.
    package enum LengthForm {
        case shortest
        case sixteenBits
        case sixtyFourBits
    }

    /// One frame.
    ///
    /// - Parameters:
    ///   - opcode: four bits.
    ///   - payload: what follows the header.
    ///   - isFinal: the FIN bit.
    ///   - reserved: the bits RSV1 to RSV3, 4 being RSV1.
    ///   - mask: a key to mask with, which a server must not do.
    ///   - announcedBytes: a length to write in place of the payload's own.
    ///   - form: how to write the length.
    /// - Returns: header and payload.
    package static func bytes(
        _ opcode: UInt8,
        _ payload: [UInt8] = [],
        isFinal: Bool = true,
        reserved: UInt8 = 0,
        mask: [UInt8]? = nil,
        announcedBytes: UInt64? = nil,
        form: LengthForm = .shortest
    ) -> [UInt8] {
        let length = announcedBytes ?? UInt64(payload.count)
        let maskBit: UInt8 = mask == nil ? 0 : 0x80
        var frame = [(isFinal ? 0x80 : 0) | reserved << 4 | opcode]
        switch form {
        case .shortest where length <= 125:
            frame.append(maskBit | UInt8(length))
        case .shortest where length <= 65_535, .sixteenBits:
            frame.append(maskBit | 126)
            frame += (0..<2).map { UInt8(truncatingIfNeeded: length >> UInt64(8 - 8 * $0)) }
        case .shortest, .sixtyFourBits:
            frame.append(maskBit | 127)
            frame += (0..<8).map { UInt8(truncatingIfNeeded: length >> UInt64(56 - 8 * $0)) }
        }
        frame += mask ?? []
        frame += payload.enumerated().map { index, byte in mask.map { byte ^ $0[index & 3] } ?? byte }
        return frame
    }

    /// An unfragmented text message.
    package static func text(_ text: String) -> [UInt8] {
        bytes(1, Array(text.utf8))
    }

    /// A close frame.
    package static func close(_ code: UInt16, _ reason: [UInt8] = []) -> [UInt8] {
        bytes(8, [UInt8(code >> 8), UInt8(code & 0xFF)] + reason)
    }
}
