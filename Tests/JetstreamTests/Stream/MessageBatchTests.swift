import TestSupport
import Testing

@testable import Jetstream

struct MessageBatchTests {
    @Test func `gives back its messages, empty ones too`() {
        let source = StreamSource(host: "one", wire: .v1, connection: 3)
        var batch = MessageBatch(source: source)
        #expect(batch.isEmpty)
        #expect(batch.withMessages(\.count) == 0)
        var random = SeededGenerator(seed: 4)
        let messages = (0..<200).map { index in
            index.isMultiple(of: 5)
                ? [] : (0..<Int.random(in: 1...900, using: &random)).map { UInt8(truncatingIfNeeded: $0) }
        }
        for (index, message) in messages.enumerated() {
            message.withUnsafeBytes { bytes in
                batch.append(bytes, isText: index.isMultiple(of: 2), receivedAtMicroseconds: Int64(index))
            }
        }
        #expect(batch.count == messages.count)
        #expect(batch.source == source)
        batch.withMessages { lent in
            #expect(lent.map { Array($0.bytes) } == messages)
            #expect(lent.map(\.isText) == messages.indices.map { $0.isMultiple(of: 2) })
            #expect(lent.map(\.receivedAtMicroseconds) == messages.indices.map(Int64.init))
        }
    }

    @Test func `counts what a message takes beside its bytes`() {
        var batch = MessageBatch(source: StreamSource(host: "one", wire: .v1, connection: 1))
        let nothing = UnsafeRawBufferPointer(start: nil, count: 0)
        batch.append(nothing, isText: true, receivedAtMicroseconds: 0)
        #expect(batch.byteCount == MessageBatch.bytesPerMessage)
    }
}
