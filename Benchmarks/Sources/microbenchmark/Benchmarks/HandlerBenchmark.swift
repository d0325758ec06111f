import Ingest
import Jetstream
import Logging
import Measuring

/// The handler as the daemon runs it.
enum HandlerBenchmark {
    /// More events than a queue has room for.
    static let eventCount = 26_000

    /// All that a full queue holds, into a new database; decoding and writing go on side by side.
    static let whole = Benchmark(name: "handler") { events in
        { _ in
            let scratch = try ScratchStore()
            let queue = MessageQueue {}
            fill(queue, events)
            let handler = EventHandler(
                EventHandler.Options(commitInterval: .zero, emptiesPayloads: false),
                store: scratch.store,
                queue: queue,
                connection: ConnectionStatus(),
                clock: SampleEvents.clock,
                logger: Logger(label: "benchmark") { _ in SwiftLogNoOpLogHandler() }
            )
            return Work(operations: queue.counters.queued) {
                async let end: Void = handler.run()
                await queue.drained()
                queue.finish()
                await end
                withExtendedLifetime(scratch) {}
            }
        }
    }

    private static func fill(_ queue: MessageQueue, _ events: SampleEvents) {
        for message in events.messages {
            guard queue.hasRoom() else { return }
            queue.put(
                message,
                isText: true,
                receivedAtMicroseconds: SampleEvents.clock.now(),
                from: SampleEvents.source
            )
        }
    }
}
