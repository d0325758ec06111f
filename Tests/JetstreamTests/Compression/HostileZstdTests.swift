import Foundation
import TestSupport
import Testing

@testable import Jetstream

/// Frames that were made to harm.
@Suite(.serialized)
struct HostileZstdTests {
    private let dictionary: [UInt8]
    private let decompressor: ZstdDecompressor

    init() throws {
        dictionary = try ZstdFrames.train(seed: 1)
        decompressor = try ZstdDecompressor(dictionary: ZstdDictionary(dictionary))
    }

    @Test(arguments: [true, false])
    func `refuses a bomb as soon as it is too large, and keeps none of its memory`(hasSize: Bool) throws {
        var frames = ZstdFrames(hasSize: hasSize)
        let bomb = try frames.bomb(byteCount: 1 << 30)
        #expect(bomb.count < 200_000)
        frames.dictionary = dictionary
        var random = SeededGenerator(seed: 6)
        let message = ZstdFrames.message(using: &random)
        let frame = try frames.compress(message)
        let before = decompressor.memoryBytes
        for _ in 0..<20 {
            #expect(decompressor.problem(with: bomb) == .tooLarge(maximumBytes: 4 << 20))
            // What is allowed, twice while it grows, and libzstd's own with a window of 128 KiB.
            #expect(decompressor.memoryBytes < 9 << 20)
            #expect(try decompressor.content(of: frame) == message)
            #expect(decompressor.memoryBytes < 1 << 20)
        }
        #expect(before < 1 << 20)
    }

    @Test func `gives back what a large window has taken`() throws {
        let large = try ZstdFrames(hasSize: false, windowLog: 22).bomb(byteCount: 3 << 20)
        #expect(try decompressor.content(of: large).count == 3 << 20)
        #expect(decompressor.memoryBytes > 4 << 20)
        let small = try ZstdFrames().compress(Array("{}".utf8))
        #expect(try decompressor.content(of: small) == Array("{}".utf8))
        #expect(decompressor.memoryBytes < 1 << 20)
    }

    @Test func `a frame that lies about its length costs no more than the frame is worth`() throws {
        // A frame header that promises 4 MiB (RFC 8878, section 3.1.1.1), and a last block of three bytes.
        let promise: [UInt8] = [0x28, 0xB5, 0x2F, 0xFD, 0xA0, 0, 0, 0x40, 0]
        let block: [UInt8] = [0x19, 0, 0, 1, 2, 3]
        for _ in 0..<100 {
            guard case .corrupt = decompressor.problem(with: promise + block) else {
                Issue.record("taken")
                return
            }
        }
        #expect(decompressor.memoryBytes < 9 << 20)
    }

    @Test func `never traps on damaged frames, and decompresses the next one`() throws {
        var random = SeededGenerator(seed: 7)
        var frames = ZstdFrames(dictionary: dictionary)
        var (refused, taken) = (0, 0)
        var reasons: Set<String> = []
        for index in 0..<10_000 {
            frames.hasSize = index.isMultiple(of: 2)
            frames.hasChecksum = index.isMultiple(of: 3)
            let message = ZstdFrames.message(using: &random)
            let frame = try frames.compress(message)
            if let problem = decompressor.problem(with: random.damage(frame), atMost: 100_000) {
                refused += 1
                reasons.insert(String("\(problem)".prefix(20)))
            } else {
                taken += 1
            }
            #expect(try decompressor.content(of: frame) == message)
            #expect(decompressor.memoryBytes < 9 << 20)
        }
        // Without a checksum some damage cannot be seen.
        #expect(refused > 7_000)
        #expect(taken < 3_000)
        #expect(reasons.count > 5, "\(reasons)")
    }
}
