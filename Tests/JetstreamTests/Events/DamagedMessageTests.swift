import TestSupport
import Testing

@testable import Jetstream

struct DamagedMessageTests {
    @Test(arguments: [1, 2, 3, 4] as [UInt64])
    func `never traps on damaged messages, and reads again what it has read once`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let decoder = EventDecoder()
        let later = EventDecoder()
        var accepted = 0
        for _ in 0..<5_000 {
            let whole = SampleMessage.random(using: &random)
            let message = random.damage(whole)
            let decoded = decoder.decode(message)
            #expect(later.decode(message) == decoded)
            guard decoded.event != nil else { continue }
            accepted += 1
            guard case .object = decoded.commit?.record else { continue }
            expectWholeRecord(decoded, message, later)
        }
        // Otherwise the damage was too great to try anything, or none at all.
        #expect((100..<4_900).contains(accepted))
    }

    /// The record alone must be an object, too: read as the record of another message, it is the same text.
    private func expectWholeRecord(_ decoded: DecodedMessage, _ message: [UInt8], _ decoder: EventDecoder) {
        let text = decoded.recordText(in: message)
        let other = SampleMessage.commit(record: text ?? "")
        #expect(decoder.decode(other).recordText(in: Array(other.utf8)) == text)
    }
}
