import Testing

@testable import Jetstream

struct BatchesBackpressureTests {
    private static let capacityBytes = 256 * 1024
    private static let paddingBytes = 1_000

    @Test func `invariant 6: who takes nothing holds the server back, and then gets everything in order`() async throws
    {
        let server = try FloodServer(paddingBytes: Self.paddingBytes)
        defer { server.rest() }
        let client = try JetstreamClient(
            JetstreamClient.Configuration(
                "ws://127.0.0.1:\(server.port)/subscribe",
                from: Position(timeMicroseconds: StreamEvent.start)
            ),
            limits: Self.patientLimits,
            queueCapacityBytes: Self.capacityBytes
        )
        var iterator = client.batches().makeAsyncIterator()
        var keys = try #require(try await iterator.next()).rkeys
        let queue = try #require(iterator.reader).queue
        try await eventually { !queue.hasRoom() }
        // Its capacity, and one chunk of the socket.
        #expect(queue.counters.queued * Self.paddingBytes < Self.capacityBytes + 512 * 1024)
        // And what lies in the sockets' buffers, which is not without end.
        #expect((server.account.eventsSent - keys.count) * Self.paddingBytes < 8 * 1024 * 1024)
        server.rest()
        let sent = server.account.eventsSent
        #expect(sent > keys.count + Self.capacityBytes / 2_000)
        while keys.count < sent, let batch = try await iterator.next() { keys += batch.rkeys }
        #expect(keys == (0..<sent).map { "k\($0)" })
        #expect(server.account.connections == 1)
    }

    /// A machine that is held up must not be taken for a consumer that is stuck.
    private static var patientLimits: ConnectionLimits {
        var limits = ConnectionLimits()
        limits.stuckAfter = .seconds(60)
        return limits
    }

    @Test func `who takes nothing for too long is connected again, and misses nothing`() async throws {
        // So far apart that a start by time goes back by no more than one of them.
        let events = StreamEvent.row(3_000, spacing: 10_000_000, paddingBytes: Self.paddingBytes)
        let server = try NIOStreamServer(events)
        var limits = ConnectionLimits()
        limits.stuckAfter = .milliseconds(50)
        let client = try JetstreamClient(
            JetstreamClient.Configuration(
                "ws://127.0.0.1:\(server.port)/subscribe",
                from: Position(timeMicroseconds: StreamEvent.start)
            ),
            limits: limits,
            queueCapacityBytes: Self.capacityBytes
        )
        var iterator = client.batches().makeAsyncIterator()
        var keys = try #require(try await iterator.next()).rkeys
        let reader = try #require(iterator.reader)
        try await eventually { reader.status.snapshot.phase == .waiting }
        #expect(reader.status.snapshot.connections == 1)
        var wasStuck = false
        while keys.last != "k2999", let batch = try await iterator.next() {
            keys += batch.rkeys
            wasStuck = wasStuck || reader.status.snapshot.lastError?.contains("took nothing for too long") == true
        }
        #expect(wasStuck)
        #expect(keys.unique == events.map(\.key))
        #expect(reader.status.snapshot.connections >= 2)
    }
}

extension EventBatch {
    fileprivate var rkeys: [String] {
        events.compactMap { event in
            if case .commit(let commit) = event.kind { commit.rkey } else { nil }
        }
    }
}
