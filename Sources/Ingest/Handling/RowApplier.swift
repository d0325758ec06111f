import GRDB
import Jetstream
import Store
import Texts

/// Applies single rows of the log from their own payload: at start what was left `processing` (invariant 1), and what a
/// person asks to have tried again.
struct RowApplier {
    /// Interruptions after which a row is not tried again: it may be what kills the program.
    static let maximumInterruptions = 3

    let store: Store
    let emptiesPayloads: Bool
    private let decoder = EventDecoder()

    init(store: Store, emptiesPayloads: Bool) {
        self.store = store
        self.emptiesPayloads = emptiesPayloads
    }

    /// Applies what an earlier run had logged and not finished, in the order of arrival.
    ///
    /// An attempt is counted, and committed, before each, so that a row that kills the program is found out. Rows that
    /// were interrupted once, with their batch, are tried together, since hardly one of them is to blame and a
    /// transaction for each takes seconds; after another interruption each is tried alone.
    ///
    /// - Returns: how many rows there were.
    /// - Throws: faults of the machine.
    func recover() throws -> Int {
        var recovered = 0
        var last: Int64 = 0
        while true {
            let rows = try store.read { db in try ActivityRepository(db).processing(after: last, limit: 1_000) }
            guard let newest = rows.last else { return recovered }
            if rows.allSatisfy({ $0.attempts == 0 }) {
                try recover(rows)
            } else {
                for row in rows { try recover([row]) }
            }
            recovered += rows.count
            last = newest.id
        }
    }

    /// Applies rows in one transaction, after one that counts the attempt; ends those that were interrupted too often.
    private func recover(_ rows: [ActivityEntry]) throws {
        // The batch that was interrupted counts for one.
        let interruptions = (rows.map(\.attempts).max() ?? 0) + 1
        guard interruptions < RowApplier.maximumInterruptions else {
            let outcome = EventApplier.Outcome.error("Interrupted \(interruptions) times")
            return try store.write { db in
                var changes = CounterChanges()
                let activity = ActivityRepository(db)
                for row in rows { try finish(row, outcome, &changes, activity) }
                try changes.apply(db)
            }
        }
        try store.write { db in
            let activity = ActivityRepository(db)
            for row in rows { _ = try activity.beginAttempt(row.id) }
        }
        CrashPoint.pass(.recoveryCounted)
        do {
            try store.write { db in
                _ = try apply(rows, db)
                CrashPoint.pass(.recoveryApplied)
            }
            CrashPoint.pass(.recoveryCommitted)
        } catch {
            // The machine failed and not an event: that is no interruption. If this fails too, it counts as one.
            try store.write { db in
                let activity = ActivityRepository(db)
                for row in rows { try activity.withdrawAttempt(row.id) }
            }
            throw error
        }
    }

    /// Applies rows and sets their statuses in the transaction at hand.
    ///
    /// - Returns: how each ended.
    /// - Throws: faults of the machine.
    func apply(_ rows: [ActivityEntry], _ db: Database) throws -> [EventApplier.Outcome] {
        let applier = EventApplier(db)
        let activity = ActivityRepository(db)
        var directory = ActorDirectory()
        var changes = CounterChanges()
        let texts = TextArena()
        return try withExtendedLifetime(texts) {
            let outcomes = try rows.map { row in
                let outcome = try applyEffects(row, applier, &directory, &changes, texts, db)
                try finish(row, outcome, &changes, activity)
                return outcome
            }
            try changes.apply(db)
            return outcomes
        }
    }

    /// Applies one row in a savepoint of its own, so that a bad one leaves nothing behind.
    private func applyEffects(
        _ row: ActivityEntry,
        _ applier: EventApplier,
        _ directory: inout ActorDirectory,
        _ changes: inout CounterChanges,
        _ texts: TextArena,
        _ db: Database
    ) throws -> EventApplier.Outcome {
        let before = changes
        var outcome = EventApplier.Outcome.success
        do {
            try db.inSavepoint {
                try row.payload.withUnsafeBytes { bytes in
                    let message = MessageBatch.Message(
                        bytes: bytes,
                        isText: row.payloadIsText,
                        receivedAtMicroseconds: row.receivedAtMicroseconds
                    )
                    let draft = EventDraft(message, decoder: decoder, texts: texts)
                    outcome = try applier.apply(draft, bytes, &directory, &changes)
                }
                return .commit
            }
            return outcome
        } catch let error where FaultKind(of: error) == .event {
            directory.forgetAll()
            changes = before
            return .error("Database insert failed: \(error)")
        }
    }

    private func finish(
        _ row: ActivityEntry,
        _ outcome: EventApplier.Outcome,
        _ changes: inout CounterChanges,
        _ activity: ActivityRepository
    ) throws {
        let empties = emptiesPayloads && outcome.status == .success
        try activity.updateStatus(
            row.id,
            outcome.status,
            message: outcome.message,
            emptyingPayload: empties
        )
        let minute = UTCTimestamp.microseconds(row.timestamp).map { UTCTimestamp.minute($0) } ?? 0
        if row.status == .processing {
            changes.finished(minute: minute, operation: row.operation, status: outcome.status)
        } else {
            changes.retried(minute: minute, operation: row.operation, from: row.status, to: outcome.status)
        }
        if empties { changes.emptied(bytes: Int64(row.payload.count)) }
    }
}
