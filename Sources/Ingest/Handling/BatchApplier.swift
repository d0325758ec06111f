import GRDB
import Jetstream
import Store
import Texts

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
        } catch let error where FaultKind(of: error) == .event {
            directory.forgetAll()
            var changes = CounterChanges()
            let outcome = EventApplier.Outcome.error("Database insert failed: \(error)")
            try finish([item], [outcome], &changes, db)
            try changes.apply(db)
        }
    }

    /// Sets the statuses: one statement for each row that is no plain success, then one for all that are.
    ///
    /// The rows of a batch are the only ones between its first and its last id, and what is still `processing` among
    /// them has succeeded.
    private func finish(
        _ items: [Item],
        _ outcomes: [EventApplier.Outcome],
        _ changes: inout CounterChanges,
        _ db: Database
    ) throws {
        let activity = ActivityRepository(db)
        count(items, outcomes, &changes)
        for (item, outcome) in zip(items, outcomes) where outcome != .success {
            try activity.updateStatus(
                item.id,
                outcome.status,
                message: outcome.message,
                emptyingPayload: emptiesPayloads && outcome.status == .success
            )
        }
        guard let first = items.first, let last = items.last else { return }
        try activity.finish(first.id...last.id, emptyingPayload: emptiesPayloads)
    }

    /// Counts by minute, operation and status; those of one minute are added up first.
    private func count(_ items: [Item], _ outcomes: [EventApplier.Outcome], _ changes: inout CounterChanges) {
        var finished: [(kind: Finished, count: Int64)] = []
        var emptiedBytes: Int64 = 0
        for (item, outcome) in zip(items, outcomes) {
            let minute = UTCTimestamp.minute(item.draft.timestampMicroseconds)
            let kind = Finished(minute: minute, operation: item.draft.operation, status: outcome.status)
            // A batch has a few kinds, most of them of the event before: looking along them is faster than a dictionary.
            if let index = finished.firstIndex(where: { $0.kind == kind }) {
                finished[index].count += 1
            } else {
                finished.append((kind, 1))
            }
            if emptiesPayloads, outcome.status == .success { emptiedBytes += Int64(item.message.count) }
        }
        for (kind, count) in finished {
            changes.finished(
                minute: kind.minute,
                operation: String(kind.operation),
                status: kind.status,
                count: count
            )
        }
        changes.emptied(bytes: emptiedBytes)
    }

    private struct Finished: Equatable {
        var minute: Int64
        var operation: ByteText
        var status: ActivityStatus
    }
}
