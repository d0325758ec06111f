@testable import Jetstream

/// What a decoder made of a stream, copied, so that two runs can be compared.
struct DecodedFrames: Equatable {
    enum Event: Equatable {
        case text(String)
        case binary([UInt8])
        case ping([UInt8])
        case pong([UInt8])
        case close(UInt16?, String)
    }

    private(set) var events: [Event] = []
    private(set) var error: WebSocketError?
    private(set) var frameCount = 0
    /// The most memory that the decoder held.
    private(set) var bufferedCapacity = 0

    /// Decodes a stream that arrives in these pieces, each at an address of its own that is gone afterwards.
    init(pieces: [[UInt8]], maximumMessageBytes: Int = 1 << 20) {
        var decoder = FrameDecoder(maximumMessageBytes: maximumMessageBytes)
        do {
            for piece in pieces {
                let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: piece.count, alignment: 1)
                defer { memory.deallocate() }
                memory.copyBytes(from: piece)
                var rest = UnsafeRawBufferPointer(memory)
                while let event = try decoder.next(in: &rest) {
                    events.append(Self.copy(event))
                }
                bufferedCapacity = max(bufferedCapacity, decoder.bufferedCapacity)
            }
        } catch {
            self.error = error
        }
        frameCount = decoder.frameCount
    }

    init(_ bytes: [UInt8], maximumMessageBytes: Int = 1 << 20) {
        self.init(pieces: [bytes], maximumMessageBytes: maximumMessageBytes)
    }

    /// Whether both got the same messages and the same end out of a stream, however it was cut.
    func hasSameResult(as other: DecodedFrames) -> Bool {
        events == other.events && error == other.error && frameCount == other.frameCount
    }

    private static func copy(_ event: borrowing FrameDecoder.Event) -> Event {
        switch event {
        case .message(let message) where message.isText: .text(String(decoding: message.bytes, as: UTF8.self))
        case .message(let message): .binary(Array(message.bytes))
        case .ping(let payload): .ping(Array(payload))
        case .pong(let payload): .pong(Array(payload))
        case .close(let code, let reason): .close(code, reason)
        }
    }
}
