import GRDB
import Jetstream
import Store

/// Tries events again that ended as internal errors, once their time has come (``RetrySchedule``).
struct WaitingRetry {
    /// How many were tried, and how many of them are a success now.
    struct Result: Equatable {
        var tried = 0
        var succeeded = 0
    }

    /// What is left over is taken at the next tick, so that a flood of failures does not become one of retries.
    static let rowsPerRun = 200

    private let store: Store
    private let clock: WallClock
    private let applier: RowApplier
    private let onRetry: @Sendable () -> Void

    /// Makes a retry; `onRetry` is called within each transaction that applies an event.
    init(store: Store, clock: WallClock, emptiesPayloads: Bool, onRetry: @escaping @Sendable () -> Void) {
        self.store = store
        self.clock = clock
        self.onRetry = onRetry
        applier = RowApplier(store: store, emptiesPayloads: emptiesPayloads, clock: clock)
    }

    /// Tries what is due, one event after the other.
    ///
    /// - Parameter giveWay: called after each with the time that it took, outside of any transaction.
    /// - Returns: how many there were.
    /// - Throws: faults of the machine, or what giving way threw.
    func run(giveWay: (Duration) async throws -> Void) async throws -> Result {
        let ids = try store.read { db in
            try ActivityRepository(db).due(
                nowMicroseconds: clock.now(),
                longestMicroseconds: RetrySchedule.longestMicroseconds,
                limit: WaitingRetry.rowsPerRun
            )
        }
        var result = Result()
        for id in ids {
            let start = ContinuousClock.now
            if let status = try retry(id) {
                result.tried += 1
                if status == .success { result.succeeded += 1 }
            }
            try await giveWay(ContinuousClock.now - start)
        }
        return result
    }

    /// Tries one event: counts the attempt and commits that, so that an event that kills the program is tried a bounded
    /// number of times too; then applies it and sets its status in one transaction.
    ///
    /// - Returns: its status now; nil when somebody else was faster.
    private func retry(_ id: Int64) throws -> ActivityStatus? {
        guard let attempts = try begin(id) else { return nil }
        do {
            return try store.write { db in
                guard let row = try ActivityRepository(db).entry(id), row.status == .error else { return nil }
                onRetry()
                return try applier.apply([row], db).first?.status
            }
        } catch {
            // The machine failed and not the event: that was no attempt. If this fails too, it counts as one.
            try store.write { db in
                let activity = ActivityRepository(db)
                guard try activity.entry(id)?.status == .error else { return }
                try activity.setAttempts(id, attempts, nextMicroseconds: clock.now())
            }
            throw error
        }
    }

    /// Counts an attempt and puts the next one off; returns how many there were before.
    private func begin(_ id: Int64) throws -> Int? {
        try store.write { db in
            let activity = ActivityRepository(db)
            guard let attempts = try activity.waitingAttempts(id) else { return nil }
            let next = RetrySchedule.next(afterAttempts: attempts + 1, nowMicroseconds: clock.now())
            try activity.setAttempts(id, attempts + 1, nextMicroseconds: next)
            return attempts
        }
    }
}
