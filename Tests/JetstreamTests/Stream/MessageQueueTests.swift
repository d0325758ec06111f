import Synchronization
import TestSupport
import Testing

@testable import Jetstream

struct MessageQueueTests {
    private final class Count: Sendable {
        private let value = Atomic(0)

        var now: Int { value.load(ordering: .sequentiallyConsistent) }

        func add() { value.add(1, ordering: .sequentiallyConsistent) }
    }

    private static let cost = MessageBatch.bytesPerMessage
    private static let source = StreamSource(host: "one", wire: .v1, connection: 1)

    private let rooms = Count()

    private func queue(capacityBytes: Int = 1_000) -> MessageQueue {
        MessageQueue(capacityBytes: capacityBytes) { [rooms] in rooms.add() }
    }

    // MARK: - Bounds

    @Test func `invariant 6: has no room at its capacity, and says when there is room again`() throws {
        let queue = queue(capacityBytes: 2 * (100 + Self.cost))
        #expect(queue.hasRoom())
        queue.put(byteCount: 100)
        #expect(queue.hasRoom())
        queue.put(byteCount: 100)
        let freedBefore = queue.lastProgress
        #expect(!queue.hasRoom())
        #expect(rooms.now == 0)
        let batch = try #require(queue.take())
        #expect(rooms.now == 1)
        #expect(queue.hasRoom())
        #expect(queue.lastProgress > freedBefore)
        queue.settle(count: batch.count, stored: 2, skipped: [:])
        queue.put(byteCount: 1)
        _ = queue.take()
        #expect(rooms.now == 1)
    }

    @Test func `invariant 6: drops nothing when it is full`() throws {
        let queue = queue(capacityBytes: 10)
        for _ in 0..<50 { queue.put(byteCount: 10) }
        #expect(!queue.hasRoom())
        #expect(queue.counters.queued == 50)
        #expect(try #require(queue.take()).count == 50)
    }

    @Test func `invariant 6: empty messages fill it, too`() {
        let queue = queue(capacityBytes: 100 * Self.cost)
        for _ in 0..<100 {
            #expect(queue.hasRoom())
            queue.put(byteCount: 0)
        }
        #expect(!queue.hasRoom())
    }

    // MARK: - Batches

    @Test func `ends a batch at its limits of messages and of bytes`() {
        let queue = queue()
        for _ in 0..<MessageQueue.batchMessageLimit + 1 { queue.put(byteCount: 1) }
        #expect(queue.take()?.count == MessageQueue.batchMessageLimit)
        #expect(queue.take()?.count == 1)
        let half = MessageQueue.batchByteLimit / 2
        for byteCount in [half, half, half, 2 * half, half] { queue.put(byteCount: byteCount) }
        #expect([queue.take()?.count, queue.take()?.count, queue.take()?.count] == [1, 1, 1])
        #expect([queue.take()?.count, queue.take()?.count, queue.take()?.count] == [1, 1, nil])
        queue.put(byteCount: half - 2 * Self.cost)
        queue.put(byteCount: half)
        #expect(queue.take()?.count == 2)
    }

    @Test func `ends a batch where the connection changes`() throws {
        let queue = queue()
        let second = StreamSource(host: "one", wire: .v1, connection: 2)
        for source in [Self.source, Self.source, second, Self.source] { queue.put(byteCount: 1, from: source) }
        let batches = (0..<4).map { _ in queue.take() }
        #expect(batches.map { $0?.source } == [Self.source, second, Self.source, nil])
        #expect(batches.map { $0?.count } == [2, 1, 1, nil])
    }

    // MARK: - Waiting

    @Test func `waits for a number of messages`() async {
        let queue = queue()
        async let waited: Void = queue.wait(forAtLeast: 3, until: .testDeadline)
        for _ in 0..<3 { queue.put(byteCount: 1) }
        await waited
        #expect(queue.counters.queued == 3)
        // At once: they are there.
        await queue.wait(forAtLeast: 3, until: .now + .seconds(3_600))
    }

    @Test func `waits no longer than to the deadline`() async {
        let queue = queue()
        queue.put(byteCount: 1)
        let deadline = ContinuousClock.now + .milliseconds(30)
        await queue.wait(forAtLeast: 2, until: deadline)
        #expect(ContinuousClock.now >= deadline)
        await queue.wait(forAtLeast: 2, until: .now - .seconds(1))
    }

    @Test func `a deadline that passed does not end a later wait`() async {
        let queue = queue()
        let early = ContinuousClock.now + .milliseconds(20)
        async let first: Void = queue.wait(forAtLeast: 1, until: early)
        queue.put(byteCount: 1)
        await first
        let late = ContinuousClock.now + .milliseconds(60)
        await queue.wait(forAtLeast: 2, until: late)
        #expect(ContinuousClock.now >= late)
    }

    @Test func `waits no longer when it is finished`() async {
        let queue = queue()
        async let waited: Void = queue.wait(forAtLeast: 1, until: .now + .seconds(3_600))
        queue.finish()
        await waited
        #expect(queue.isFinished)
        await queue.wait(forAtLeast: 1, until: .now + .seconds(3_600))
    }

    @Test func `is drained when all is settled, not when all is taken`() async throws {
        let queue = queue()
        await queue.drained()
        queue.put(byteCount: 1)
        let isDrained = Count()
        try await withThrowingTaskGroup { group in
            for _ in 0..<3 {
                group.addTask {
                    await queue.drained()
                    isDrained.add()
                }
            }
            let batch = try #require(queue.take())
            #expect(isDrained.now == 0)
            queue.settle(count: batch.count, stored: 1, skipped: [:])
            try await group.waitForAll()
        }
        #expect(isDrained.now == 3)
    }

    @Test func `tells of covered time only when all is settled`() throws {
        let queue = queue()
        #expect(queue.coverage() == nil)
        let coverage = StreamCoverage(source: Self.source, untilMicroseconds: 5, beganLive: true)
        queue.noteCoverage(coverage)
        #expect(queue.coverage() == coverage)
        queue.put(byteCount: 1)
        #expect(queue.coverage() == nil)
        let batch = try #require(queue.take())
        #expect(queue.coverage() == nil)
        queue.settle(count: batch.count, stored: 1, skipped: [:])
        #expect(queue.coverage() == coverage)
        queue.noteCoverage(nil)
        #expect(queue.coverage() == nil)
    }

    // MARK: - Accounting

    @Test func `invariant 5: finishing lets go of what waits, and counts it`() async throws {
        let queue = queue()
        for _ in 0..<MessageQueue.batchMessageLimit + 5 { queue.put(byteCount: 1) }
        let inHand = try #require(queue.take())
        queue.finish()
        queue.put(byteCount: 1)
        #expect(queue.take() == nil)
        #expect(queue.hasRoom())
        #expect(queue.counters.discarded == [.stop: 6])
        #expect(queue.counters.remainder == 0)
        queue.discard(count: inHand.count, .stop)
        await queue.drained()
        #expect(queue.counters.discarded == [.stop: 6 + inHand.count])
        #expect(queue.counters.received == 6 + inHand.count)
        #expect(queue.counters.remainder == 0)
    }

    @Test(arguments: [11, 12, 13] as [UInt64])
    func `invariant 5: every message is accounted for after each step`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let queue = queue()
        var inHand: [Int] = []
        for step in 0..<3_000 {
            switch Int.random(in: 0..<10, using: &random) {
            case 0..<6:
                let connection = Int.random(in: 1...2, using: &random)
                let source = StreamSource(host: "one", wire: .v1, connection: connection)
                queue.put(byteCount: Int.random(in: 0...50, using: &random), from: source)
            case 6..<8: if let batch = queue.take() { inHand.append(batch.count) }
            case 8 where !inHand.isEmpty: settle(inHand.removeFirst(), queue, &random)
            default: if !inHand.isEmpty { queue.discard(count: inHand.removeLast(), .stop) }
            }
            if step == 2_900 { queue.finish() }
            #expect(queue.counters.remainder == 0)
            #expect(queue.counters.inHand == inHand.reduce(0, +))
        }
        #expect(queue.counters.stored > 0)
        #expect(queue.counters.skipped.count == 2)
    }

    private func settle(_ count: Int, _ queue: MessageQueue, _ random: inout SeededGenerator) {
        let stored = Int.random(in: 0...count, using: &random)
        let duplicates = Int.random(in: 0...(count - stored), using: &random)
        let skipped = [FlowCounters.SkipReason.duplicate: duplicates, .unknownActor: count - stored - duplicates]
        queue.settle(count: count, stored: stored, skipped: skipped)
    }

    @Test func `invariant 7: what is let go at the end is not covered`() {
        let source = StreamSource(host: "one", wire: .v1, connection: 1)
        let coverage = StreamCoverage(source: source, untilMicroseconds: 1, beganLive: true)
        let empty = MessageQueue(onRoom: {})
        empty.noteCoverage(coverage)
        empty.finish()
        #expect(empty.coverage() == coverage)
        let full = MessageQueue(onRoom: {})
        Array("x".utf8).withUnsafeBytes { full.put($0, isText: true, receivedAtMicroseconds: 1, from: source) }
        full.noteCoverage(coverage)
        full.finish()
        full.noteCoverage(coverage)
        #expect(full.coverage() == nil)
        #expect(full.counters.discarded == [.stop: 1])
    }
}

extension MessageQueue {
    fileprivate func put(
        byteCount: Int,
        from source: StreamSource = StreamSource(host: "one", wire: .v1, connection: 1)
    ) {
        [UInt8](repeating: 1, count: byteCount).withUnsafeBytes { bytes in
            put(bytes, isText: true, receivedAtMicroseconds: 0, from: source)
        }
    }
}
