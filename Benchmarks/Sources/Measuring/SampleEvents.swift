import EventGeneration
package import Jetstream

/// Generated messages that look like production's, the same in every run, each at an address of its own.
package final class SampleEvents {
    /// How many events a batch has: what a commit holds under load.
    package static let batchCount = 2_000

    private static let seed: UInt64 = 7
    /// 2026-01-01, midnight.
    private static let startMicroseconds: Int64 = 1_767_225_600_000_000
    /// A day later, so that no event seems to come before its time.
    private static let receivedAtMicroseconds = startMicroseconds + 86_400_000_000

    /// A time of day that stands still.
    package static let clock = WallClock { receivedAtMicroseconds }
    package static let source = StreamSource(host: "jetstream.example", wire: .v1, connection: 1)

    /// The messages, valid as long as this is.
    package let messages: [UnsafeRawBufferPointer]
    private let memory: UnsafeMutableRawBufferPointer

    package init(count: Int) {
        var generator = EventGenerator(seed: Self.seed, startTimeMicroseconds: Self.startMicroseconds)
        var bytes: [UInt8] = []
        var ends: [Int] = []
        for _ in 0..<count {
            bytes.append(contentsOf: generator.next().json.utf8)
            ends.append(bytes.count)
        }
        let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 64)
        memory.copyBytes(from: bytes)
        messages = zip([0] + ends, ends).map { UnsafeRawBufferPointer(rebasing: memory[$0..<$1]) }
        self.memory = memory
    }

    deinit { memory.deallocate() }

    /// The messages of a batch, numbered from 0.
    package func batch(_ number: Int) -> ArraySlice<UnsafeRawBufferPointer> {
        messages[number * Self.batchCount..<(number + 1) * Self.batchCount]
    }

    /// The same, as the queue hands it out.
    package func messageBatch(_ number: Int) -> MessageBatch {
        var result = MessageBatch(source: Self.source)
        for message in batch(number) {
            result.append(message, isText: true, receivedAtMicroseconds: Self.receivedAtMicroseconds)
        }
        return result
    }
}
