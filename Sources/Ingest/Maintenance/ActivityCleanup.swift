@preconcurrency import Dispatch
import GRDB
package import Jetstream
package import Logging
package import Store
import Synchronization

/// Keeps the log within its limits for as long as the program runs: a timer that ticks, sweeps that fall due, and chunks
/// that give way to the handler. It also tries again what ended as an internal error.
package actor ActivityCleanup {
    /// What may change while it runs.
    package struct Options: Sendable, Equatable {
        package var retention: Duration
        package var interval: Duration
        package var maximumPayloadBytes: Int64?
        /// Whether the payload of an event that succeeds at last is emptied.
        package var emptiesPayloads: Bool

        package init(
            retention: Duration,
            interval: Duration,
            maximumPayloadBytes: Int64?,
            emptiesPayloads: Bool = false
        ) {
            self.retention = retention
            self.interval = interval
            self.maximumPayloadBytes = maximumPayloadBytes
            self.emptiesPayloads = emptiesPayloads
        }
    }

    /// The timer ticks this often, and decides each time whether a sweep is due.
    package static let tickInterval: Duration = .seconds(5)
    /// Tombstones live as long as the log, and at least as long as a server's look-back can bring events again.
    static let shortestTombstoneLife: Duration = .seconds(72 * 3600)
    /// The longest time between two sweeps while the disk is short of room.
    private static let shortInterval: Duration = .seconds(60)
    /// Records of deleted accounts that one chunk removes.
    private static let purgeChunk = 500

    private let executor = QueueExecutor(label: "windsock.cleanup")
    private let store: Store
    private let clock: WallClock
    private let logger: Logger
    /// Nil where nobody watches the disk.
    private let reserve: DiskReserve?
    private let tickInterval: Duration
    private let onRetry: @Sendable () -> Void
    private let options: Mutex<Options>
    private let ticks: AsyncStream<Void>
    private let tick: AsyncStream<Void>.Continuation
    private let isSweepWished = Mutex(false)
    private let completedSweeps = Mutex(0)
    private let isStopping = Mutex(false)
    /// When the last sweep that went through began.
    private var lastSweep: ContinuousClock.Instant?
    /// Why the last tick's work failed; nil when it did not.
    private var failure: String?

    package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// Makes a clean-up; `onRetry` is called within each transaction that applies an event, which may change an actor.
    package init(
        _ options: Options,
        store: Store,
        clock: WallClock,
        logger: Logger,
        reserve: DiskReserve? = nil,
        tickInterval: Duration = ActivityCleanup.tickInterval,
        onRetry: @escaping @Sendable () -> Void = {}
    ) {
        self.reserve = reserve
        self.options = Mutex(options)
        self.store = store
        self.clock = clock
        self.logger = logger
        self.tickInterval = tickInterval
        self.onRetry = onRetry
        (ticks, tick) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// Sweeps that have ended since the start.
    package nonisolated var sweeps: Int { completedSweeps.withLock { $0 } }

    /// Has a sweep done as soon as may be; from any thread.
    package nonisolated func sweepNow() {
        isSweepWished.withLock { $0 = true }
        tick.yield()
    }

    /// Takes other limits from the next tick on; from any thread.
    package nonisolated func change(_ options: Options) {
        self.options.withLock { $0 = options }
    }

    /// Ends `run` after the chunk in hand; from any thread.
    package nonisolated func stop() {
        isStopping.withLock { $0 = true }
        tick.finish()
    }

    /// Sweeps at once, and then whenever it is due, until `stop`.
    package func run() async {
        let timer = DispatchSource.makeTimerSource(queue: .global())
        let (seconds, attoseconds) = tickInterval.components
        let interval = DispatchTimeInterval.nanoseconds(Int(seconds) * 1_000_000_000 + Int(attoseconds / 1_000_000_000))
        timer.schedule(deadline: .now(), repeating: interval)
        timer.setEventHandler { [tick] in tick.yield() }
        timer.resume()
        defer { timer.cancel() }
        for await _ in ticks where !stopping {
            await work()
        }
    }

    private nonisolated var stopping: Bool { isStopping.withLock { $0 } }

    private func work() async {
        let isWished = isSweepWished.withLock { isWished in
            defer { isWished = false }
            return isWished
        }
        do {
            try makeRoom()
            try await purgeDeletedAccounts()
            if isWished || isDue { try await sweep() } else { try await keepWithinBytes() }
            try makeRoom()
            reserve?.keep()
            if let failure = store.checkpointFailure { throw CheckpointFailed(description: failure) }
            try await retryWaiting()
            failure = nil
        } catch is CancellationError {
            return
        } catch {
            reserve?.note(error)
            if isWished { isSweepWished.withLock { $0 = true } }
            note("\(error)")
        }
    }

    /// Reports a failure once, and not at each tick for as long as it lasts.
    private func note(_ failure: String) {
        defer { self.failure = failure }
        guard failure != self.failure else { return }
        logger.error("Clean-up failed; it is tried again at every tick", metadata: ["error": "\(failure)"])
    }

    /// Has the write-ahead log give its room back where the disk is short of it.
    private func makeRoom() throws {
        guard let reserve, reserve.isShort else { return }
        reserve.release()
        try store.checkpoint(.truncate)
    }

    private var isDue: Bool {
        guard let lastSweep else { return true }
        let usual = options.withLock { $0.interval }
        // What falls due while the disk is short of room is to go soon.
        let interval = reserve?.isShort == true ? min(usual, ActivityCleanup.shortInterval) : usual
        // A timer's ticks come a little early or late.
        return ContinuousClock.now - lastSweep >= interval - tickInterval / 2
    }

    private func sweep() async throws {
        let options = options.withLock { $0 }
        let start = ContinuousClock.now
        let now = clock.now()
        var sweep = ActivitySweep(store: store) { [self] took in try await giveWay(took) }
        let result = try await sweep.run(
            ActivitySweep.Limits(
                receivedBeforeMicroseconds: now - options.retention.microseconds,
                maximumPayloadBytes: options.maximumPayloadBytes
            )
        )
        let life = max(options.retention, ActivityCleanup.shortestTombstoneLife)
        let tombstones = try await sweep.deleteTombstones(receivedBefore: now - life.microseconds)
        // The file itself becomes smaller only when the log's pages are moved into it.
        if result.deletedRows > 0 { try store.checkpoint(.passive) }
        lastSweep = start
        completedSweeps.withLock { $0 += 1 }
        logger.info(
            "Cleaned up activity older than \(options.retention.components.seconds / 3600) hours",
            metadata: [
                "rows": "\(result.deletedRows)", "bytes": "\(result.deletedBytes)", "tombstones": "\(tombstones)",
            ]
        )
    }

    /// Deletes the oldest above the limit of bytes at every tick: a catch-up brings more in an hour than a disk may hold.
    private func keepWithinBytes() async throws {
        guard let maximum = options.withLock({ $0.maximumPayloadBytes }) else { return }
        var sweep = ActivitySweep(store: store) { [self] took in try await giveWay(took) }
        let result = try await sweep.deleteExcess(overPayloadBytes: maximum)
        guard result.deletedRows > 0 else { return }
        logger.notice(
            "Deleted the oldest activity above activity.maxBytes",
            metadata: ["rows": "\(result.deletedRows)", "bytes": "\(result.deletedBytes)"]
        )
    }

    /// Removes the records of accounts that were deleted; they have been gone from every query since.
    private func purgeDeletedAccounts() async throws {
        while let actor = try store.read({ db in try ActorRepository(db).pendingPurges(limit: 1) }).first {
            var last: Int64 = 0
            var isComplete = false
            while !isComplete {
                let start = ContinuousClock.now
                let purge = try store.write { db in
                    let purge = try RecordRepository(db).purge(
                        actor: actor.id,
                        throughRev: actor.deletedRev,
                        afterID: last,
                        limit: ActivityCleanup.purgeChunk
                    )
                    if purge.isComplete { try purgeDone(actor, db) }
                    CrashPoint.pass(.purgeDeleted)
                    return purge
                }
                CrashPoint.pass(.purgeCommitted)
                last = purge.lastID
                isComplete = purge.isComplete
                try await giveWay(ContinuousClock.now - start)
            }
        }
    }

    /// Ends an actor's purge, unless the account was deleted once more meanwhile: then it begins again.
    private nonisolated func purgeDone(_ actor: ActorEntry, _ db: Database) throws {
        let repository = ActorRepository(db)
        guard try repository.find(actor.did)?.deletedRev == actor.deletedRev else { return }
        try repository.purgeDone(actor.id)
    }

    /// Tries internal errors again whose time has come; after the sweep, which may have to make room for it.
    private func retryWaiting() async throws {
        let retry = WaitingRetry(
            store: store,
            clock: clock,
            emptiesPayloads: options.withLock { $0.emptiesPayloads },
            onRetry: onRetry
        )
        let result = try await retry.run { [self] took in try await giveWay(took) }
        guard result.tried > 0 else { return }
        logger.notice(
            "Tried internal errors again",
            metadata: ["events": "\(result.tried)", "succeeded": "\(result.succeeded)"]
        )
    }

    /// Leaves the writer to the handler for as long as the chunk took.
    private func giveWay(_ took: Duration) async throws {
        if stopping { throw CancellationError() }
        // Once it is copied, the log is begun anew instead of growing on.
        if reserve?.isShort == true { try store.checkpoint(.passive) }
        try await Task.sleep(for: min(took, .milliseconds(100)))
    }
}

/// The write-ahead log cannot be moved into the database's file, and grows.
private struct CheckpointFailed: Error, CustomStringConvertible {
    let description: String
}

extension Duration {
    /// Whole microseconds.
    var microseconds: Int64 { components.seconds * 1_000_000 + components.attoseconds / 1_000_000_000_000 }
}
