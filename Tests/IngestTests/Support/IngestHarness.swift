import Foundation
import GRDB
import Logging
import Synchronization
import TestSupport
import Testing

@testable import Ingest
@testable import Jetstream
@testable import Store

/// A message as a connection delivers it.
struct SampleMessage {
    var bytes: [UInt8]
    var isText = true

    init(_ text: String) {
        bytes = Array(text.utf8)
    }

    init(bytes: [UInt8], isText: Bool) {
        self.bytes = bytes
        self.isText = isText
    }
}

/// A new database in a folder of its own, and handlers that fill it.
final class IngestHarness: Sendable {
    let folder: URL
    let store: Store
    let clock = SettableClock(at(3600))
    let source = StreamSource(host: "jetstream.example", wire: .v1, connection: 1)

    /// Makes a database whose daemon begins to move its write-ahead log at a length, or at the usual one.
    init(checkpointBytes: Int? = nil) throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("windsock-ingest-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        store = try Store.open(
            path: folder.appendingPathComponent("windsock.db").path,
            access: .daemon(synchronous: .normal),
            limits: checkpointBytes.map(Checkpointer.Limits.init(bytes:)) ?? .current
        )
    }

    deinit {
        try? store.close()
        try? FileManager.default.removeItem(at: folder)
    }

    /// Handles messages as one batch (up to a batch's limits) of a run of its own, to the end of its last commit.
    ///
    /// - Returns: what the run says of itself at its end.
    @discardableResult
    func process(
        _ messages: [SampleMessage],
        from source: StreamSource? = nil,
        emptiesPayloads: Bool = false,
        coverage: StreamCoverage? = nil
    ) async throws -> RunState {
        try await run(emptiesPayloads: emptiesPayloads, feeding: messages, from: source) { running in
            running.queue.noteCoverage(coverage)
            await running.queue.drained()
        }.state
    }

    @discardableResult
    func process(
        _ lines: [String],
        from source: StreamSource? = nil,
        emptiesPayloads: Bool = false,
        coverage: StreamCoverage? = nil
    ) async throws -> RunState {
        try await process(
            lines.map { SampleMessage($0) },
            from: source,
            emptiesPayloads: emptiesPayloads,
            coverage: coverage
        )
    }

    /// Runs a handler while `body` runs; the queue is finished after that, and the handler has ended on return.
    ///
    /// - Parameters:
    ///   - interval: the shortest time between two commits.
    ///   - emptiesPayloads: whether the payload of a success is emptied.
    ///   - messages: what waits in the queue when the handler begins.
    ///   - source: the connection of these messages; nil for the harness' own.
    ///   - body: what to do meanwhile.
    /// - Returns: what ran.
    /// - Throws: what `body` throws.
    @discardableResult
    func run(
        interval: Duration = .zero,
        emptiesPayloads: Bool = false,
        feeding messages: [SampleMessage] = [],
        from source: StreamSource? = nil,
        _ body: (RunningHandler) async throws -> Void
    ) async throws -> RunningHandler {
        let queue = MessageQueue {}
        let handler = EventHandler(
            EventHandler.Options(commitInterval: interval, emptiesPayloads: emptiesPayloads),
            store: store,
            queue: queue,
            connection: ConnectionStatus(),
            clock: clock.wallClock,
            logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
        )
        let running = RunningHandler(queue: queue, handler: handler, harness: self)
        running.feed(messages, from: source ?? self.source)
        async let end: Void = handler.run()
        do {
            try await body(running)
        } catch {
            queue.finish()
            await end
            throw error
        }
        queue.finish()
        await end
        return running
    }

    /// Commit 1 alone, as a run leaves it that is killed before commit 2.
    ///
    /// - Returns: the ids of the new rows.
    @discardableResult
    func logOnly(_ lines: [String]) throws -> [Int64] {
        var batch = MessageBatch(source: source)
        for line in lines {
            Array(line.utf8).withUnsafeBytes { batch.append($0, isText: true, receivedAtMicroseconds: clock.now) }
        }
        let drafted = DraftedBatch(batch)
        return try store.write { db in
            var directory = ActorDirectory()
            return try InboxLog(db: db).log(drafted, &directory).rows.map(\.id)
        }
    }
}

/// A handler that runs, and its queue.
struct RunningHandler: Sendable {
    let queue: MessageQueue
    let handler: EventHandler
    let harness: IngestHarness

    var state: RunState { handler.state }

    func feed(_ messages: [SampleMessage], from source: StreamSource? = nil) {
        for message in messages {
            message.bytes.withUnsafeBytes { bytes in
                queue.put(
                    bytes,
                    isText: message.isText,
                    receivedAtMicroseconds: harness.clock.now,
                    from: source ?? harness.source
                )
            }
        }
    }

    func feed(_ lines: [String], from source: StreamSource? = nil) {
        feed(lines.map { SampleMessage($0) }, from: source)
    }

    /// Waits until everything that was fed has gone through both commits.
    func settle() async throws {
        await queue.drained()
        try await eventually("no row is processing") { try harness.count(status: .processing) == 0 }
    }
}
