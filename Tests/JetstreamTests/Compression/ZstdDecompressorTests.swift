import CZstd
import TestSupport
import Testing

@testable import Jetstream

struct ZstdDecompressorTests {
    private let bytes: [UInt8]
    private let dictionary: ZstdDictionary
    private let decompressor: ZstdDecompressor
    private var frames: ZstdFrames { ZstdFrames(dictionary: bytes) }

    init() throws {
        bytes = try ZstdFrames.train(seed: 1)
        dictionary = try ZstdDictionary(bytes)
        decompressor = try ZstdDecompressor(dictionary: dictionary)
    }

    private func messages(_ count: Int) -> [[UInt8]] {
        var random = SeededGenerator(seed: 2)
        return (0..<count).map { _ in ZstdFrames.message(using: &random) }
    }

    @Test(arguments: [true, false], [true, false])
    func `gives back what was compressed, with and without its length and checksum`(size: Bool, checksum: Bool) throws {
        var frames = frames
        (frames.hasSize, frames.hasChecksum) = (size, checksum)
        for message in messages(200) {
            let frame = try frames.compress(message)
            #expect(frame.count < message.count)
            #expect(ZSTD_getDictID_fromFrame(frame, frame.count) == dictionary.id)
            #expect(try decompressor.content(of: frame) == message)
        }
    }

    @Test func `takes frames with and without a dictionary in one stream`() throws {
        for message in messages(20) {
            #expect(try decompressor.content(of: ZstdFrames().compress(message)) == message)
            #expect(try decompressor.content(of: frames.compress(message)) == message)
        }
        let plain = try ZstdDecompressor(dictionary: nil)
        #expect(try plain.content(of: ZstdFrames().compress(messages(1)[0])) == messages(1)[0])
    }

    @Test(arguments: [true, false])
    func `takes messages of any length up to what is allowed`(hasSize: Bool) throws {
        let frames = ZstdFrames(hasSize: hasSize)
        var random = SeededGenerator(seed: 3)
        for count in [0, 1, 255, 256, 65_535, 65_536, 65_537, 262_143, 262_145, 1_000_000, 7] {
            let content = (0..<count).map { _ in UInt8.random(in: 0..<16, using: &random) }
            let frame = try frames.compress(content)
            #expect(try decompressor.content(of: frame, atMost: max(count, 1)) == content)
            guard count > 1 else { continue }
            #expect(decompressor.problem(with: frame, atMost: count - 1) == .tooLarge(maximumBytes: count - 1))
        }
    }

    @Test func `names the dictionary that a frame needs`() throws {
        let other = try ZstdFrames.train(seed: 5, byteCount: 8 << 10)
        let frame = try ZstdFrames(dictionary: other).compress(messages(1)[0])
        let id = try ZstdDictionary(other).id
        #expect(id != dictionary.id)
        #expect(decompressor.problem(with: frame) == .wrongDictionary(expected: dictionary.id, found: id))
        let plain = try ZstdDecompressor(dictionary: nil)
        #expect(plain.problem(with: frame) == .wrongDictionary(expected: nil, found: id))
    }

    @Test func `does not guess the dictionary of a frame that names none`() throws {
        var frames = frames
        frames.hasDictionaryID = false
        let message = messages(1)[0]
        let frame = try frames.compress(message)
        #expect(ZSTD_getDictID_fromFrame(frame, frame.count) == 0)
        #expect(decompressor.problem(with: frame) != nil)
    }

    @Test(arguments: [true, false])
    func `refuses a frame that is cut off, wherever that is`(hasSize: Bool) throws {
        var frames = frames
        frames.hasSize = hasSize
        let message = messages(1)[0]
        let frame = try frames.compress(message)
        #expect(decompressor.problem(with: []) == .empty)
        for count in 1..<frame.count {
            #expect(decompressor.problem(with: Array(frame[..<count])) == .truncated, "\(count) of \(frame.count)")
        }
        #expect(try decompressor.content(of: frame) == message)
    }

    @Test func `refuses what is not one whole frame`() throws {
        let frame = try frames.compress(messages(1)[0])
        #expect(decompressor.problem(with: frame + [0]) == .trailingBytes(1))
        #expect(decompressor.problem(with: frame + frame) == .trailingBytes(frame.count))
        let skippable: [UInt8] = [0x5A, 0x2A, 0x4D, 0x18, 2, 0, 0, 0, 1, 2]
        #expect(decompressor.problem(with: skippable) == .skippable)
        #expect(decompressor.problem(with: skippable + frame) == .skippable)
        #expect(decompressor.problem(with: frame + skippable) == .trailingBytes(skippable.count))
        #expect(decompressor.problem(with: messages(1)[0]) == .notZstd)
        #expect(decompressor.problem(with: [0x28, 0xB5, 0x2E]) == .notZstd)
        // A frame of zstd 0.7, from before the format was settled.
        #expect(decompressor.problem(with: [0x27, 0xB5, 0x2F, 0xFD, 0, 0, 0]) == .notZstd)
    }

    @Test func `refuses a message that does not match its checksum`() throws {
        var frame = try frames.compress(messages(1)[0])
        frame[frame.count - 1] ^= 1
        #expect(decompressor.problem(with: frame) == .wrongChecksum)
    }

    @Test func `refuses a window of more than 4 MiB`() throws {
        var frames = ZstdFrames(hasSize: false, windowLog: 23)
        let frame = try frames.bomb(byteCount: 9 << 20)
        #expect(decompressor.problem(with: frame, atMost: 16 << 20) == .windowTooLarge(maximumBytes: 4 << 20))
        frames.windowLog = 22
        let allowed = try frames.bomb(byteCount: 9 << 20)
        #expect(try decompressor.content(of: allowed, atMost: 16 << 20).count == 9 << 20)
    }

    @Test func `says what is wrong, for every reason`() {
        let errors: [ZstdError] = [
            .empty, .notZstd, .skippable, .truncated, .trailingBytes(1), .wrongDictionary(expected: nil, found: 1),
            .wrongDictionary(expected: 2, found: 1), .windowTooLarge(maximumBytes: 1), .tooLarge(maximumBytes: 1),
            .wrongChecksum, .corrupt("words"), .outOfMemory,
        ]
        #expect(Set(errors.map(\.description)).count == errors.count)
    }
}
