import GRDB
package import Jetstream
package import Logging
package import Store
import Synchronization

/// Takes batches from the queue and makes them part of the record: commit 1 logs them, commit 2 applies them.
///
/// It blocks in SQLite on an executor of its own. A fault of the machine holds it up until it has passed: nothing more is
/// pulled, and the queue, once full, holds the server back (invariants 4, 6).
package actor EventHandler {
    package struct Options: Sendable {
        /// The shortest time between two commits; a batch that comes later than that after the last is committed at once.
        package var commitInterval: Duration
        /// Whether the payload of a success is emptied.
        package var emptiesPayloads: Bool

        package init(commitInterval: Duration, emptiesPayloads: Bool) {
            self.commitInterval = commitInterval
            self.emptiesPayloads = emptiesPayloads
        }
    }

    /// How often a quiet stream's coverage is written down.
    private static let idleInterval: Duration = .seconds(5)

    private let executor = QueueExecutor(label: "windsock.handler")
    private let options: Options
    private let store: Store
    private let clock: WallClock
    private let logger: Logger
    private let queue: MessageQueue
    private let tracker: PositionTracker
    private let journal: RunJournal
    /// Nil where nobody watches the disk.
    private let reserve: DiskReserve?

    private var directory = ActorDirectory()
    private var dataVersion: Int64?
    private let isDirectoryStale = Mutex(false)
    private var holdsFewPages = false

    package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    package init(
        _ options: Options,
        store: Store,
        queue: MessageQueue,
        connection: ConnectionStatus,
        clock: WallClock,
        logger: Logger,
        reserve: DiskReserve? = nil,
        onFault: @escaping @Sendable (String?) -> Void = { _ in }
    ) {
        self.options = options
        self.reserve = reserve
        self.store = store
        self.queue = queue
        self.clock = clock
        self.logger = logger
        tracker = PositionTracker(clock: clock)
        journal = RunJournal(queue: queue, connection: connection, clock: clock, onFault: onFault)
    }

    /// What the run says of itself now.
    package nonisolated var state: RunState { journal.state }

    /// Handles batches until the queue is finished.
    package func run() async {
        await noteQuiet()
        var lastCommit = ContinuousClock.now - options.commitInterval
        while true {
            await waitForBatch(due: lastCommit + options.commitInterval)
            if let batch = queue.take() {
                await handleBacklog(from: DraftedBatch(batch))
                lastCommit = .now
            } else if queue.isFinished {
                break
            } else {
                await noteQuiet()
            }
        }
        await noteQuiet()
    }

    /// Waits until there is something to commit, and then until that is due or has become a whole batch.
    private func waitForBatch(due: ContinuousClock.Instant) async {
        await queue.wait(forAtLeast: 1, until: .now + EventHandler.idleInterval)
        if ContinuousClock.now < due {
            await queue.wait(forAtLeast: MessageQueue.batchMessageLimit, until: due)
        }
    }

    /// Handles a batch, and whole batches for as long as they wait behind it: while one is written, the next is read.
    private func handleBacklog(from first: DraftedBatch) async {
        var batch: DraftedBatch? = first
        while let current = batch {
            // The next one would be in memory beside it.
            if current.isLarge {
                batch = nil
                await handle(current)
                batch = queue.take().map(DraftedBatch.init)
            } else {
                async let next = EventHandler.draftNext(queue)
                await handle(current)
                batch = await next
            }
            if let waiting = batch, queue.isFinished {
                return queue.discard(count: waiting.count, .stop)
            }
        }
    }

    @concurrent
    private nonisolated static func draftNext(_ queue: MessageQueue) async -> DraftedBatch? {
        queue.takeWhole().map(DraftedBatch.init)
    }

    /// Writes down what the run says of itself, once all its parts have ended.
    package func saveState() async {
        _ = await persist { handler in try handler.store.write { db in try handler.journal.save(db) } }
    }

    private func handle(_ batch: DraftedBatch) async {
        let result = await persist { handler in
            try handler.makeRoom(for: batch)
            return try handler.log(batch)
        }
        guard let result else { return queue.discard(count: batch.count, .stop) }
        CrashPoint.pass(.logCommitted)
        queue.settle(
            count: batch.count,
            stored: result.rows.count,
            skipped: result.skipped,
            commits: batch.commits
        )
        guard !result.rows.isEmpty else { return }
        _ = await persist { handler in
            try handler.apply(batch, result.rows)
        }
        CrashPoint.pass(.applyCommitted)
        queue.noteProgress()
    }

    /// Gives back, before a large message is written, what SQLite keeps of the database, and lets it keep that again.
    private func makeRoom(for batch: DraftedBatch) throws {
        guard batch.isLarge != holdsFewPages else { return }
        try store.holdPages(few: batch.isLarge)
        holdsFewPages = batch.isLarge
        if holdsFewPages { ProcessMemory.giveBackWhatIsFree() }
    }

    /// Commit 1.
    private func log(_ batch: DraftedBatch) throws -> InboxLog.Result {
        try store.write { db in
            CrashPoint.pass(.logBegun)
            try forgetIfOthersWrote(db)
            try GapLedger(clock: clock).write(batch.batch.notes, db)
            let result = try InboxLog(db: db).log(batch, &directory)
            CrashPoint.pass(.logInserted)
            try tracker.save(batch.drafts, from: batch.batch.source, db)
            CrashPoint.pass(.logPositioned)
            // Else commit 2 does, when the batch is out of hand.
            if result.rows.isEmpty { try journal.saveIfDue(db) }
            return result
        }
    }

    /// Commit 2.
    private func apply(_ batch: DraftedBatch, _ rows: [InboxLog.Row]) throws {
        try batch.batch.withMessages { messages in
            let applier = BatchApplier(
                drafts: batch.drafts,
                messages: messages,
                emptiesPayloads: options.emptiesPayloads,
                clock: clock
            )
            do {
                try store.write { db in
                    CrashPoint.pass(.applyBegun)
                    try forgetIfOthersWrote(db)
                    try applier.applyTogether(rows, &directory, db)
                    CrashPoint.pass(.applyApplied)
                    try journal.saveIfDue(db)
                }
            } catch let error where FaultKind(of: error) == .event {
                directory.forgetAll()
                logger.warning(
                    "An event of a batch failed; the batch is applied again, one by one",
                    metadata: ["error": "\(error)"]
                )
                try store.write { db in
                    try applier.applyOneByOne(rows, &directory, db)
                    try journal.saveIfDue(db)
                }
            }
        }
    }

    /// Does a piece of work until it goes through; nil when the program is stopped before that.
    private func persist<Value>(_ work: (isolated EventHandler) throws -> Value) async -> Value? {
        var backoff = Backoff()
        var random = SystemRandomNumberGenerator()
        while true {
            do {
                try reserve?.check()
                let value = try work(self)
                if journal.clearFault() { logger.notice("The database takes writes again; going on") }
                return value
            } catch {
                reserve?.note(error)
                directory.forgetAll()
                tracker.forget()
                journal.forget()
                if journal.note(fault: "\(error)") {
                    logger.error(
                        "The database does not take writes; nothing is lost, and nothing more is read until it does",
                        metadata: ["error": "\(error)"]
                    )
                }
                if queue.isFinished { return nil }
                try? await Task.sleep(for: min(backoff.next(using: &random), .seconds(1)))
            }
        }
    }

    /// Has the handler ask the database again for the actors that it knows; from any thread.
    ///
    /// To be called within the transaction that may change one, so that the handler's next transaction heeds it.
    package nonisolated func forgetActors() {
        isDirectoryStale.withLock { $0 = true }
    }

    /// Has the state of the run say that a reader holds the write-ahead log, and since when; from any thread.
    package nonisolated func note(logPinnedSince microseconds: Int64?) { journal.note(logPinnedSince: microseconds) }

    /// Another process may have changed an actor (a retry, a clean-up); our own writes do not change `data_version`.
    private func forgetIfOthersWrote(_ db: Database) throws {
        let version = try Store.dataVersion(db)
        let isStale = isDirectoryStale.withLock { isStale in
            defer { isStale = false }
            return isStale
        }
        if isStale || dataVersion.map({ $0 != version }) == true { directory.forgetAll() }
        dataVersion = version
    }

    /// Writes down what a quiet connection has covered, and the state of the run where it has changed.
    private func noteQuiet() async {
        let coverage = queue.coverage()
        guard tracker.isNews(coverage) || journal.isNews else { return }
        _ = await persist { handler in
            try handler.store.write { db in
                try handler.tracker.save(coverage, db)
                try handler.journal.save(db)
            }
        }
    }
}
