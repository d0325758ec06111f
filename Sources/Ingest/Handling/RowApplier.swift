import GRDB
import Jetstream
import Store

/// Applies single rows of the log from their own payload: at start what was left `processing` (invariant 1), and later
/// what is tried again.
struct RowApplier {
    /// Interruptions after which a row is not tried again: it may be what kills the program.
    static let maximumInterruptions = 3

    private let store: Store
    private let rules: RowTransaction.Rules
    private let decoder = EventDecoder()

    init(store: Store, emptiesPayloads: Bool, clock: WallClock, unpacker: MessageUnpacker? = nil) {
        self.store = store
        rules = RowTransaction.Rules(emptiesPayloads: emptiesPayloads, clock: clock, unpacker: unpacker)
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
            // Perhaps it was not the event that ended the program.
            let outcome = EventApplier.Outcome.error("Interrupted \(interruptions) times", .internal)
            return try store.write { db in
                var transaction = RowTransaction(rules, decoder: decoder, db)
                for row in rows { try transaction.end(row, outcome) }
                try transaction.writeCounters()
            }
        }
        try store.write { db in
            let activity = ActivityRepository(db)
            for row in rows { _ = try activity.beginAttempt(row.id) }
        }
        CrashPoint.pass(.recoveryCounted)
        do {
            try store.write { db in
                _ = try apply(rows.map { $0.with(attempts: $0.attempts + 1) }, db)
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
        var transaction = RowTransaction(rules, decoder: decoder, db)
        let outcomes = try rows.map { try transaction.apply($0) }
        try transaction.writeCounters()
        return outcomes
    }
}
