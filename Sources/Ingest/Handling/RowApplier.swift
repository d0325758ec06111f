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

    /// Applies what an earlier run had logged and not finished, row by row and in the order of arrival.
    ///
    /// An attempt is counted, and committed, before each, so that a row that kills the program is found out.
    ///
    /// - Returns: how many rows there were.
    /// - Throws: faults of the machine.
    func recover() throws -> Int {
        var recovered = 0
        var last: Int64 = 0
        while true {
            let rows = try store.read { db in try ActivityRepository(db).processing(after: last, limit: 500) }
            guard let newest = rows.last else { return recovered }
            for row in rows { try recover(row) }
            recovered += rows.count
            last = newest.id
        }
    }

    private func recover(_ row: ActivityEntry) throws {
        // The batch that was interrupted counts for one.
        let interruptions = row.attempts + 1
        guard interruptions < RowApplier.maximumInterruptions else {
            let message = "Interrupted \(interruptions) times"
            return try store.write { db in try finish(row, .error(message), db) }
        }
        _ = try store.write { db in try ActivityRepository(db).beginAttempt(row.id) }
        do {
            try store.write { db in _ = try apply(row, db) }
        } catch {
            // The machine failed and not the event: that is no interruption. If this fails too, it counts as one.
            try store.write { db in try ActivityRepository(db).withdrawAttempt(row.id) }
            throw error
        }
    }

    /// Applies a row and sets its status in the transaction at hand.
    ///
    /// - Returns: how it ended.
    /// - Throws: faults of the machine.
    func apply(_ row: ActivityEntry, _ db: Database) throws -> EventApplier.Outcome {
        let outcome: EventApplier.Outcome
        do {
            outcome = try applyEffects(row, db)
        } catch let error where FaultKind(of: error) == .event {
            outcome = .error("Database insert failed: \(error)")
        }
        try finish(row, outcome, db)
        return outcome
    }

    private func applyEffects(_ row: ActivityEntry, _ db: Database) throws -> EventApplier.Outcome {
        var outcome = EventApplier.Outcome.success
        try db.inSavepoint {
            try row.payload.withUnsafeBytes { bytes in
                let message = MessageBatch.Message(
                    bytes: bytes,
                    isText: row.payloadIsText,
                    receivedAtMicroseconds: row.receivedAtMicroseconds
                )
                var directory = ActorDirectory()
                var changes = CounterChanges()
                let texts = TextArena()
                try withExtendedLifetime(texts) {
                    let draft = EventDraft(message, decoder: decoder, texts: texts)
                    outcome = try EventApplier(db).apply(draft, bytes, &directory, &changes)
                    try changes.apply(db)
                }
            }
            return .commit
        }
        return outcome
    }

    private func finish(_ row: ActivityEntry, _ outcome: EventApplier.Outcome, _ db: Database) throws {
        let empties = emptiesPayloads && outcome.status == .success
        try ActivityRepository(db).updateStatus(
            row.id,
            outcome.status,
            message: outcome.message,
            emptyingPayload: empties
        )
        var changes = CounterChanges()
        let minute = UTCTimestamp.microseconds(row.timestamp).map { UTCTimestamp.minute($0) } ?? 0
        if row.status == .processing {
            changes.finished(minute: minute, operation: row.operation, status: outcome.status)
        } else {
            changes.retried(minute: minute, operation: row.operation, from: row.status, to: outcome.status)
        }
        if empties { changes.emptied(bytes: Int64(row.payload.count)) }
        try changes.apply(db)
    }
}
