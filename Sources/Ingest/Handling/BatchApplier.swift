import GRDB
import Jetstream
import Store

/// Commit 2: the effects, statuses and counters of what commit 1 logged (invariant 4).
struct BatchApplier {
    /// A logged event with what it takes to apply it.
    struct Item {
        var id: Int64
        var draft: EventDraft
        /// The message that the draft was made of; valid only within the call that lends it.
        var message: UnsafeRawBufferPointer
    }

    /// Whether the payload of a success is emptied.
    let emptiesPayloads: Bool

    /// Applies all items in one go, which is right for nearly every batch: a savepoint each would double its cost.
    ///
    /// - Throws: what SQLite says of the first event that fails; the caller rolls back.
    func applyTogether(_ items: [Item], _ directory: inout ActorDirectory, _ db: Database) throws {
        var changes = CounterChanges()
        let applier = EventApplier(db)
        let outcomes = try items.map { try applier.apply($0.draft, $0.message, &directory, &changes) }
        try finish(items, outcomes, &changes, db)
        try changes.apply(db)
    }

    /// Applies each item in a savepoint of its own, so that only the bad one ends as `error`.
    ///
    /// - Throws: faults of the machine; the caller rolls back.
    func applyOneByOne(_ items: [Item], _ directory: inout ActorDirectory, _ db: Database) throws {
        for item in items { try applyAlone(item, &directory, db) }
    }

    private func applyAlone(_ item: Item, _ directory: inout ActorDirectory, _ db: Database) throws {
        do {
            try db.inSavepoint {
                try applyTogether([item], &directory, db)
                return .commit
            }
        } catch  where FaultKind(of: error) == .event {
            directory.forgetAll()
            var changes = CounterChanges()
            let outcome = EventApplier.Outcome.error("Database insert failed: \(error)")
            try finish([item], [outcome], &changes, db)
            try changes.apply(db)
        }
    }

    /// Sets the statuses: one statement for each run of plain successes, one for each other row.
    private func finish(
        _ items: [Item],
        _ outcomes: [EventApplier.Outcome],
        _ changes: inout CounterChanges,
        _ db: Database
    ) throws {
        let activity = ActivityRepository(db)
        var plain: ClosedRange<Int64>?
        for (item, outcome) in zip(items, outcomes) {
            count(item, outcome, &changes)
            if outcome == .success {
                let extends = plain.map { $0.upperBound + 1 == item.id } ?? false
                if let run = plain, !extends { try activity.finish(run, emptyingPayload: emptiesPayloads) }
                plain = (extends ? plain?.lowerBound ?? item.id : item.id)...item.id
            } else {
                try activity.updateStatus(
                    item.id,
                    outcome.status,
                    message: outcome.message,
                    emptyingPayload: emptiesPayloads && outcome.status == .success
                )
            }
        }
        if let plain { try activity.finish(plain, emptyingPayload: emptiesPayloads) }
    }

    private func count(_ item: Item, _ outcome: EventApplier.Outcome, _ changes: inout CounterChanges) {
        changes.finished(
            minute: UTCTimestamp.minute(item.draft.timestampMicroseconds),
            operation: item.draft.operation,
            status: outcome.status
        )
        if emptiesPayloads, outcome.status == .success { changes.emptied(bytes: Int64(item.message.count)) }
    }
}
