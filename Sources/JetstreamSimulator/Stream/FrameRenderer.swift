import NIOCore

/// Makes the frames of one connection whose wire or compression differs from what the log holds.
final class FrameRenderer {
    private let wire: Wire
    private let compressor: ZstdCompressor?
    /// Larger messages of the second wire are left out; zero for no limit.
    var mostMessageBytes = 0
    private var text = ByteBuffer()

    init(wire: Wire, compressor: ZstdCompressor?) {
        self.wire = wire
        self.compressor = compressor
    }

    /// Whether the frames of the log can be sent as they are.
    var isIdentity: Bool { wire == .v1 && compressor == nil }

    /// Appends the frame of a message in the log.
    ///
    /// - Parameters:
    ///   - entry: the message.
    ///   - payload: its text on the first wire.
    ///   - frames: where the frame goes.
    /// - Returns: false if the message is larger than the client wants.
    func append(_ entry: LogEntry, payload: ByteBuffer, to frames: inout ByteBuffer) -> Bool {
        if case .injected(let kind) = entry.kind {
            let bit: UInt8 = InjectedMessage.setsReservedBit(kind) ? FrameText.First.reservedBit : 0
            append(ByteBuffer(bytes: InjectedMessage.payload(kind, on: wire)), reservedBit: bit, to: &frames)
            return true
        }
        guard wire == .v2 else {
            append(payload, to: &frames)
            return true
        }
        text.clear()
        let isKnown = payload.withUnsafeReadableBytes { bytes in
            bytes.withMemoryRebound(to: UInt8.self) { bytes in
                SecondWireText.append(
                    bytes,
                    sequence: entry.number,
                    timeMicroseconds: entry.timeMicroseconds,
                    to: &text
                )
            }
        }
        // What is no event of the second wire is sent as it stands in the file, as it is on the first.
        let message = isKnown ? text : payload
        guard mostMessageBytes == 0 || message.readableBytes <= mostMessageBytes else { return false }
        append(message, to: &frames)
        return true
    }

    /// Appends a frame with any text.
    func append(_ message: ByteBuffer, reservedBit: UInt8 = 0, to frames: inout ByteBuffer) {
        guard let compressor else {
            FrameText.writeHeader(
                payloadBytes: message.readableBytes,
                first: FrameText.First.text | reservedBit,
                into: &frames
            )
            frames.writeImmutableBuffer(message)
            return
        }
        let compressed = compressor.frame(of: message)
        FrameText.writeHeader(
            payloadBytes: compressed.count,
            first: FrameText.First.binary | reservedBit,
            into: &frames
        )
        frames.writeBytes(compressed)
    }
}
