/// One reading of a stream: a reader, the batch that was handed out last, and what is known of where that leads.
///
/// It owns the reader's task, which ends when this does.
final class BatchSession {
    private struct Handed {
        var count: Int
        var summary: BatchSummary
        var source: StreamSource
        var position: StreamPosition
    }

    /// How often a quiet stream's coverage is noted.
    private static let idleInterval: Duration = .seconds(5)

    let reader: JetstreamReader
    private let keeper: MemoryKeeper
    private let clock: WallClock
    private var running: Task<StreamRefused?, Never>?
    private var handed: Handed?

    /// Makes the reader; it begins with the first batch that is asked for.
    init(_ client: JetstreamClient) throws(JetstreamError) {
        keeper = MemoryKeeper(client.position)
        clock = client.clock
        do throws(WebSocketError) {
            reader = try JetstreamReader(
                client.reading,
                keeper: keeper,
                clock: client.clock,
                logger: client.logger,
                queueCapacityBytes: client.queueCapacityBytes
            )
        } catch {
            throw .systemFailure(reason: error.description)
        }
    }

    deinit {
        reader.stop()
        // Else the reader would wait for what nobody will settle.
        if let handed { reader.queue.discard(count: handed.count, .stop) }
    }

    /// Settles the batch that was handed out last, and takes the next; nil when the task is cancelled.
    func next(isolation: isolated (any Actor)?) async throws(JetstreamError) -> EventBatch? {
        settle()
        let running = self.running ?? Task.detached(operation: BatchSession.run(reader))
        self.running = running
        let reader = reader
        let batch = await withTaskCancellationHandler {
            await take()
        } onCancel: {
            reader.stop()
        }
        guard let batch else {
            if let refused = await running.value { throw JetstreamError(refused) }
            return nil
        }
        return await handOut(batch)
    }

    private static func run(_ reader: JetstreamReader) -> @concurrent @Sendable () async -> StreamRefused? {
        {
            do throws(StreamRefused) {
                try await reader.run()
                return nil
            } catch {
                // For the one who waits for a batch.
                reader.stop()
                return error
            }
        }
    }

    /// Waits for a batch; nil when there will be none.
    private nonisolated(nonsending) func take() async -> MessageBatch? {
        while true {
            await reader.queue.wait(forAtLeast: 1, until: .now + BatchSession.idleInterval)
            if let batch = reader.queue.take() { return batch }
            if reader.queue.isFinished { return nil }
            keeper.note(reader.queue.coverage())
        }
    }

    private nonisolated(nonsending) func handOut(_ batch: MessageBatch) async -> EventBatch {
        let (events, summary) = await BatchSession.read(batch, nowMicroseconds: clock.now())
        let position = keeper.position(after: summary, from: batch.source)
        handed = Handed(count: batch.count, summary: summary, source: batch.source, position: position)
        return EventBatch(
            host: batch.source.host,
            events: events,
            position: Position(stored: position),
            gaps: keeper.takeGaps(with: batch.notes)
        )
    }

    /// Away from the caller, who may be on an actor that has other things to do.
    @concurrent
    private static func read(_ batch: MessageBatch, nowMicroseconds: Int64) async -> ([Event], BatchSummary) {
        BatchReading(nowMicroseconds: nowMicroseconds).read(batch)
    }

    /// The position first: when nothing is in hand any more, the reader asks for it.
    private func settle() {
        guard let handed else { return }
        self.handed = nil
        keeper.advance(to: handed.position, with: handed.summary, from: handed.source)
        reader.queue.settle(count: handed.count, stored: handed.count, skipped: [:], commits: handed.summary.commits)
    }
}

extension JetstreamError {
    fileprivate init(_ refused: StreamRefused) {
        self = .refused(refused.answers.map { Answer(host: $0.host, words: $0.words) })
    }
}
