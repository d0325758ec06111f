import Testing

@testable import Jetstream

/// A reader with a store in memory behind it.
struct ReaderRig: Sendable {
    static let now: Int64 = StreamEvent.start + 3_600_000_000

    let reader: JetstreamReader
    let store: MemoryStore

    init(
        hosts: [String],
        store: MemoryStore = MemoryStore(),
        subscription: Subscription = Subscription(),
        limits: ConnectionLimits = ConnectionLimits(),
        queueCapacityBytes: Int = MessageQueue.usualCapacityBytes
    ) throws {
        var configuration = JetstreamReader.Configuration(
            hosts: try hosts.map { try JetstreamHost($0) },
            subscription: subscription,
            caFile: nil,
            userAgent: "windsock tests"
        )
        configuration.limits = limits
        self.store = store
        reader = try JetstreamReader(
            configuration,
            keeper: store,
            clock: WallClock { Self.now },
            queueCapacityBytes: queueCapacityBytes
        )
    }

    /// Runs reader and handler while `body` does, then stops both.
    func run(_ body: () async throws -> Void) async throws {
        let handler = MemoryHandler(store, reader.queue)
        try await run(handling: { await handler.run() }, body)
    }

    /// The same with another handler.
    func run(handling: @escaping @Sendable () async -> Void, _ body: () async throws -> Void) async throws {
        try await withThrowingTaskGroup { group in
            group.addTask { try await reader.run() }
            group.addTask { await handling() }
            defer { reader.stop() }
            try await body()
            reader.stop()
            try await group.waitForAll()
        }
        #expect(reader.status.snapshot.phase == .stopped)
        #expect(reader.queue.counters.remainder == 0)
        #expect(reader.queue.counters.queued + reader.queue.counters.inHand == 0)
    }

    /// Waits until so many events are stored.
    func waitForEvents(_ count: Int, sourceLocation: SourceLocation = #_sourceLocation) async throws {
        try await eventually(sourceLocation: sourceLocation) { store.contents.keys.count >= count }
    }
}

/// Waits for a condition, and fails the test when it does not come true.
///
/// It counts how often it could look, not the time: a test that is held up by others must not fail for that.
func eventually(sourceLocation: SourceLocation = #_sourceLocation, _ condition: () -> Bool) async throws {
    var looks = 0
    while !condition() {
        try #require(looks < 6_000, "it did not come true in 30 s or more", sourceLocation: sourceLocation)
        looks += 1
        try await Task.sleep(for: .milliseconds(5))
    }
}
