import Jetstream
import Logging
import Store
import Synchronization

/// Sweeps the log when that is due or wished for, and at the ticks between keeps it within its limits of rows and bytes.
final class ScheduledSweep: CleanupJob {
    /// Tombstones live as long as the log, and at least as long as a server's look-back can bring events again.
    static let shortestTombstoneLife: Duration = .seconds(72 * 3600)
    /// The longest time between two sweeps while the disk is short of room.
    private static let shortInterval: Duration = .seconds(60)

    private struct State {
        var isWished = false
        var completed = 0
        /// When the last sweep that went through began.
        var lastStart: ContinuousClock.Instant?
    }

    private let store: Store
    private let clock: WallClock
    private let logger: Logger
    private let reserve: DiskReserve?
    private let tickInterval: Duration
    private let state = Mutex(State())

    init(store: Store, clock: WallClock, logger: Logger, reserve: DiskReserve?, tickInterval: Duration) {
        self.store = store
        self.clock = clock
        self.logger = logger
        self.reserve = reserve
        self.tickInterval = tickInterval
    }

    /// Sweeps that have ended.
    var completed: Int { state.withLock(\.completed) }

    /// Has the next tick sweep; from any thread.
    func wish() { state.withLock { $0.isWished = true } }

    func run(_ turn: CleanupTurn) async throws {
        let isWished = state.withLock { state in
            defer { state.isWished = false }
            return state.isWished
        }
        guard isWished || isDue(turn.options) else { return try await keepWithinLimits(turn) }
        do {
            try await sweep(turn)
        } catch {
            if isWished { wish() }
            throw error
        }
    }

    private func isDue(_ options: ActivityCleanup.Options) -> Bool {
        guard let last = state.withLock(\.lastStart) else { return true }
        // What falls due while the disk is short of room is to go soon.
        let isShort = reserve?.isShort == true
        let interval = isShort ? min(options.interval, ScheduledSweep.shortInterval) : options.interval
        // A timer's ticks come a little early or late.
        return ContinuousClock.now - last >= interval - tickInterval / 2
    }

    private func sweep(_ turn: CleanupTurn) async throws {
        let options = turn.options
        let start = ContinuousClock.now
        let now = clock.now()
        var sweep = ActivitySweep(store: store, giveWay: turn.giveWay)
        let life = max(options.retention, ScheduledSweep.shortestTombstoneLife)
        let result = try await sweep.delete(options.limits(nowMicroseconds: now))
        let tombstones = try await sweep.deleteTombstones(receivedBefore: now - life.microseconds)
        try await sweep.shrink()
        // The file itself becomes smaller only when the log's pages are moved into it.
        if result.deletedRows > 0 { try store.checkpoint(.passive) }
        state.withLock { state in
            state.lastStart = start
            state.completed += 1
        }
        logger.info(
            "Cleaned up activity older than \(options.retention.components.seconds / 3600) hours",
            metadata: [
                "rows": "\(result.deletedRows)", "bytes": "\(result.deletedBytes)", "tombstones": "\(tombstones)",
            ]
        )
    }

    /// Deletes the oldest above the limits at every tick: a catch-up brings more in an hour than a disk may hold.
    private func keepWithinLimits(_ turn: CleanupTurn) async throws {
        var limits = turn.options.limits(nowMicroseconds: 0)
        // What is due by its age waits for the sweep.
        limits.receivedBeforeMicroseconds = .min
        var sweep = ActivitySweep(store: store, giveWay: turn.giveWay)
        let result = try await sweep.delete(limits)
        guard result.deletedRows > 0 else { return }
        logger.notice(
            "Deleted the oldest activity above activity.maxRows or activity.maxBytes",
            metadata: ["rows": "\(result.deletedRows)", "bytes": "\(result.deletedBytes)"]
        )
    }
}

extension ActivityCleanup.Options {
    /// What has to go at a moment.
    fileprivate func limits(nowMicroseconds: Int64) -> ActivitySweep.Limits {
        ActivitySweep.Limits(
            receivedBeforeMicroseconds: nowMicroseconds - retention.microseconds,
            maximumRows: maximumRows,
            maximumPayloadBytes: maximumPayloadBytes
        )
    }
}
