import TestSupport
import Testing

@testable import Jetstream

@Suite struct RandomFrameStreamTests {
    @Test func `gives the messages of any stream, however it is cut`() async {
        let fault = await LongWork.firstFault(0..<1_000) { seed in
            var generator = SeededGenerator(seed: UInt64(seed))
            let stream = RandomFrameStream(using: &generator)
            let maximum = [1, 7, 64, 1024].randomElement(using: &generator) ?? 1
            let decoded = DecodedFrames(pieces: generator.pieces(of: stream.bytes, maximum: maximum))
            if let error = decoded.error { return "\(error)" }
            return decoded.events == stream.events ? nil : "other messages"
        }
        #expect(fault == nil)
    }
}

/// A right stream of messages, in fragments or whole, with pings and pongs between and inside them.
struct RandomFrameStream {
    private(set) var bytes: [UInt8] = []
    private(set) var events: [DecodedFrames.Event] = []

    init(using generator: inout SeededGenerator) {
        for _ in 0..<Int.random(in: 1...12, using: &generator) {
            addControl(using: &generator)
            addMessage(using: &generator)
        }
        guard Bool.random(using: &generator) else { return }
        bytes += ServerFrame.close(1000, Array("end".utf8)) + [0xFF]
        events.append(.close(1000, "end"))
    }

    private mutating func addControl(using generator: inout SeededGenerator) {
        guard Int.random(in: 0..<3, using: &generator) == 0 else { return }
        let payload = (0..<Int.random(in: 0...125, using: &generator)).map { UInt8($0) }
        let isPing = Bool.random(using: &generator)
        bytes += ServerFrame.bytes(isPing ? 9 : 10, payload)
        events.append(isPing ? .ping(payload) : .pong(payload))
    }

    private mutating func addMessage(using generator: inout SeededGenerator) {
        let isText = Bool.random(using: &generator)
        let characters = Array("aé€\u{1F30D}\u{0}")
        let length = [0, 1, 20, 125, 126, 400].randomElement(using: &generator) ?? 0
        let text = String((0..<length).map { _ in characters.randomElement(using: &generator) ?? "a" })
        let payload = isText ? Array(text.utf8) : (0..<length).map { UInt8(truncatingIfNeeded: $0 &* 7) }
        var pieces = [payload]
        if Bool.random(using: &generator), !payload.isEmpty {
            pieces = generator.pieces(of: payload, maximum: max(1, payload.count / 3))
        }
        for (index, piece) in pieces.enumerated() {
            let opcode: UInt8 = index > 0 ? 0 : isText ? 1 : 2
            bytes += ServerFrame.bytes(opcode, piece, isFinal: index == pieces.count - 1)
            if index < pieces.count - 1 { addControl(using: &generator) }
        }
        events.append(isText ? .text(text) : .binary(payload))
    }
}
