import Synchronization
import TestSupport
import Testing

@testable import Jetstream

@Suite struct FrameDecoderTests {
    /// Every kind of frame, and every form of length, in one stream.
    private static let stream: [UInt8] =
        ServerFrame.text("")
        + ServerFrame.text("h\u{E9}llo \u{1F30D}")
        + ServerFrame.bytes(9)
        + ServerFrame.bytes(2, Array(0...125))
        + ServerFrame.bytes(1, Array("fragmented \u{E2}".utf8.dropLast()), isFinal: false)
        + ServerFrame.bytes(9, Array("between".utf8))
        + ServerFrame.bytes(0, [], isFinal: false)
        + ServerFrame.bytes(0, Array("\u{E2}".utf8.suffix(1)) + Array(" end".utf8), isFinal: false)
        + ServerFrame.bytes(10, Array(repeating: 7, count: 125))
        + ServerFrame.bytes(0)
        + ServerFrame.bytes(2, Array(repeating: 3, count: 70_000))
        + ServerFrame.bytes(2, [1], isFinal: false)
        + ServerFrame.bytes(0, [2])
        + ServerFrame.close(1001, Array("so long".utf8))

    private static let events: [DecodedFrames.Event] = [
        .text(""),
        .text("h\u{E9}llo \u{1F30D}"),
        .ping([]),
        .binary(Array(0...125)),
        .ping(Array("between".utf8)),
        .pong(Array(repeating: 7, count: 125)),
        .text("fragmented \u{E2} end"),
        .binary(Array(repeating: 3, count: 70_000)),
        .binary([1, 2]),
        .close(1001, "so long"),
    ]

    @Test func `gives the same messages however the stream is cut`() {
        let whole = DecodedFrames(Self.stream)
        #expect(whole.events == Self.events)
        #expect(whole.error == nil)
        #expect(whole.frameCount == 14)
        let single = DecodedFrames(pieces: Self.stream.map { [$0] })
        #expect(single.events == Self.events)
        for seed in 0..<200 {
            var generator = SeededGenerator(seed: UInt64(seed))
            let maximum = Int.random(in: 1...4096, using: &generator)
            let cut = DecodedFrames(pieces: generator.pieces(of: Self.stream, maximum: maximum))
            #expect(cut.events == Self.events, "seed \(seed)")
            #expect(cut.error == nil)
        }
    }

    @Test func `does not copy a message that lies whole in one piece`() throws {
        let bytes = ServerFrame.text("first") + ServerFrame.bytes(2, Array(repeating: 1, count: 300))
        try bytes.withUnsafeBytes { chunk in
            let start = try #require(chunk.baseAddress)
            var decoder = FrameDecoder(maximumMessageBytes: 1024)
            var rest = chunk
            while let event = try decoder.next(in: &rest) {
                guard case .message(let message) = event, let address = message.bytes.baseAddress else {
                    Issue.record("no message")
                    return
                }
                #expect(chunk.indices.contains(start.distance(to: address)))
            }
            #expect(decoder.frameCount == 2)
            #expect(decoder.bufferedCapacity == 0)
        }
    }

    @Test func `ignores everything after a close frame`() {
        let decoded = DecodedFrames(ServerFrame.bytes(8) + ServerFrame.text("late") + [0xFF, 0xFF])
        #expect(decoded.events == [.close(nil, "")])
        #expect(decoded.error == nil)
    }

    @Test(arguments: [1 << 20, 1 << 62, (1 << 63) - 1] as [UInt64])
    func `refuses a length from the header alone`(announcedBytes: UInt64) {
        let header = ServerFrame.bytes(2, announcedBytes: announcedBytes)
        let decoded = DecodedFrames(header, maximumMessageBytes: (1 << 20) - 1)
        #expect(decoded.error == .messageTooBig(bytes: Int(announcedBytes)))
        #expect(decoded.bufferedCapacity == 0)
    }

    @Test func `counts all fragments of a message towards its length`() {
        let first = ServerFrame.bytes(2, Array(repeating: 0, count: 600), isFinal: false)
        let atLimit = DecodedFrames(
            first + ServerFrame.bytes(0, Array(repeating: 0, count: 400)),
            maximumMessageBytes: 1000
        )
        #expect(atLimit.events == [.binary(Array(repeating: 0, count: 1000))])
        let over = DecodedFrames(first + ServerFrame.bytes(0, announcedBytes: 401), maximumMessageBytes: 1000)
        #expect(over.error == .messageTooBig(bytes: 1001))
        let huge = DecodedFrames(first + ServerFrame.bytes(0, announcedBytes: .max >> 1), maximumMessageBytes: 1000)
        #expect(huge.error == .messageTooBig(bytes: .max))
    }

    @Test func `refuses a message of endless empty fragments`() {
        let fragment = ServerFrame.bytes(0, isFinal: false)
        let start = ServerFrame.bytes(1, isFinal: false)
        let last = ServerFrame.bytes(0, [0x21])
        let allowed = start + Array(repeatElement(fragment, count: 1022).joined()) + last
        #expect(DecodedFrames(allowed).events == [.text("!")])
        let endless = start + Array(repeatElement(fragment, count: 1024).joined())
        #expect(DecodedFrames(endless).error?.closeCode == 1008)
    }

    @Test func `gives memory back after a large message`() throws {
        let large = Array(repeating: UInt8(1), count: 3 << 20)
        let stream = ServerFrame.bytes(2, large, isFinal: false) + ServerFrame.bytes(0) + ServerFrame.text("small")
        try stream.withUnsafeBytes { chunk in
            var decoder = FrameDecoder(maximumMessageBytes: 4 << 20)
            var rest = chunk
            let first = try decoder.next(in: &rest) != nil
            #expect(first && decoder.bufferedCapacity >= large.count)
            let second = try decoder.next(in: &rest) != nil
            #expect(second)
            #expect(decoder.bufferedCapacity <= AssemblyBuffer.keptCapacity)
        }
    }

    @Test func `never traps on 100,000 damaged streams, whose messages no cutting changes`() async {
        let small = Self.stream.count - 70_000
        let base = Array(Self.stream.filter { $0 != 3 }.prefix(small))
        let refused = Atomic(0)
        let fault = await LongWork.firstFault(0..<100_000) { seed in
            var generator = SeededGenerator(seed: UInt64(seed))
            let damaged = generator.damage(base)
            let pieces = generator.pieces(of: damaged, maximum: 256)
            let decoded = DecodedFrames(pieces: pieces, maximumMessageBytes: 512)
            if decoded.error != nil { refused.add(1, ordering: .relaxed) }
            let largest = decoded.events.map(Self.size).max() ?? 0
            guard largest <= 512, decoded.bufferedCapacity <= AssemblyBuffer.keptCapacity else {
                return "\(largest) bytes, \(decoded.bufferedCapacity) held"
            }
            let whole = DecodedFrames(damaged, maximumMessageBytes: 512)
            return decoded.hasSameResult(as: whole) ? nil : "cut and whole differ"
        }
        #expect(fault == nil)
        #expect(refused.load(ordering: .relaxed) > 25_000)
    }

    private static func size(_ event: DecodedFrames.Event) -> Int {
        switch event {
        case .text(let text): text.utf8.count
        case .binary(let bytes), .ping(let bytes), .pong(let bytes): bytes.count
        case .close(_, let reason): reason.utf8.count
        }
    }
}
