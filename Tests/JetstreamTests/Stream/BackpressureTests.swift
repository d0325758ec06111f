import Synchronization
import Testing

@testable import Jetstream

struct BackpressureTests {
    /// So much that the writer's time goes by bytes, and not by what a machine under load needs for an event.
    private static let paddingBytes = 20_000

    @Test func `invariant 6: a server faster than the writer for 20 s gets its pongs, on one connection`() async throws
    {
        let server = try FloodServer(paddingBytes: Self.paddingBytes)
        let host = "127.0.0.1:\(server.port)"
        let position = StreamPosition(
            host: host,
            wire: .v1,
            seq: nil,
            timeMicroseconds: StreamEvent.start,
            isPlaceholder: false,
            coveredUntilMicroseconds: nil
        )
        let store = MemoryStore(position: position)
        let rig = try ReaderRig(hosts: ["ws://\(host)/subscribe"], store: store)
        let handler = MemoryHandler(store, rig.reader.queue, bytesPerSecond: 1_500_000)
        let isSlow = Atomic(true)
        let handling: @Sendable () async -> Void = {
            await handler.run { isSlow.load(ordering: .sequentiallyConsistent) }
        }
        try await rig.run(handling: handling) {
            try await eventually { server.account.pingsSent >= 10 }
            #expect(rig.reader.queue.counters.queued > 0)
            server.rest()
            isSlow.store(false, ordering: .sequentiallyConsistent)
            // Whether it was flooded at all: it holds less than 4 MiB, and more than that was sent.
            let sent = server.account.eventsSent
            #expect(sent * Self.paddingBytes > 20_000_000)
            try await rig.waitForEvents(sent)
            #expect(rig.reader.status.snapshot.lastError == nil)
        }
        let account = server.account
        #expect(account.connections == 1)
        #expect(account.latePongs == 0)
        #expect(account.pongs >= 8)
        #expect(store.contents.fullCount >= 5)
        #expect(store.contents.keys == (0..<account.eventsSent).map { "k\($0)" })
    }
}
