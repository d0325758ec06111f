import TestSupport
import Testing

@testable import Jetstream

@Suite struct FrameEncoderTests {
    @Test func `masks as the RFC's example`() {
        // RFC 6455 5.7: a single-frame masked text message.
        let frame = Array("Hello".utf8).withUnsafeBytes {
            FrameEncoder.message($0, isText: true, mask: 0x37FA_213D)
        }
        #expect(frame == [0x81, 0x85, 0x37, 0xFA, 0x21, 0x3D, 0x7F, 0x9F, 0x4D, 0x51, 0x58])
    }

    @Test(arguments: [(0, 6), (125, 131), (126, 134), (65_535, 65_543), (65_536, 65_550)])
    func `uses the shortest length`(payloadBytes: Int, frameBytes: Int) {
        let payload = Array(repeating: UInt8(5), count: payloadBytes)
        let frame = payload.withUnsafeBytes { FrameEncoder.message($0, isText: false, mask: 0) }
        #expect(frame.count == frameBytes)
        // With a key of zeros the frame is a server's, but for the mask bit and the key.
        let keyStart = frameBytes - payloadBytes - 4
        var unmasked = Array(frame[..<keyStart]) + payload
        unmasked[1] &= 0x7F
        #expect(DecodedFrames(unmasked).events == [.binary(payload)])
    }

    @Test func `draws a new mask for each frame`() {
        let frames = (0..<100).map { _ in FrameEncoder.ping([]) }
        #expect(Set(frames).count == 100)
    }

    @Test func `cuts a close reason at a character's edge`() {
        #expect(FrameEncoder.close(code: nil, reason: "not sent", mask: 0) == [0x88, 0x80, 0, 0, 0, 0])
        let frame = FrameEncoder.close(code: 1000, reason: String(repeating: "\u{20AC}", count: 100), mask: 0)
        #expect(frame.count == 6 + 2 + 41 * 3)
        #expect(frame[6...].starts(with: [0x03, 0xE8, 0xE2, 0x82, 0xAC]))
    }
}
