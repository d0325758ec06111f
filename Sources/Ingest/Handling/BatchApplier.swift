import GRDB
import Jetstream
import Store
import Texts

/// Commit 2: the effects, statuses and counters of what commit 1 logged (invariant 4).
struct BatchApplier {
    /// The events of the batch.
    let drafts: [EventDraft]
    /// The messages that they were made of; valid only within the call that lends them.
    let messages: [MessageBatch.Message]
    /// Whether the payload of a success is emptied.
    let emptiesPayloads: Bool
    /// Asked only for what failed.
    let clock: WallClock

    /// Applies all rows in one go, which is right for nearly every batch: a savepoint each would double its cost.
    ///
    /// - Throws: what SQLite says of the first event that fails; the caller rolls back.
    func applyTogether(_ rows: [InboxLog.Row], _ directory: inout ActorDirectory, _ db: Database) throws {
        var changes = CounterChanges()
        let applier = EventApplier(db)
        let outcomes = try rows.map { row in
            try applier.apply(drafts[row.index], messages[row.index].bytes, &directory, &changes)
        }
        try finish(rows, outcomes, &changes, db)
        try changes.apply(db)
    }

    /// Applies each row in a savepoint of its own, so that only the bad one ends as `error`.
    ///
    /// - Throws: faults of the machine; the caller rolls back.
    func applyOneByOne(_ rows: [InboxLog.Row], _ directory: inout ActorDirectory, _ db: Database) throws {
        for row in rows {
            try applyAlone(row, &directory, db)
            CrashPoint.pass(.applyAlone)
        }
    }

    private func applyAlone(_ row: InboxLog.Row, _ directory: inout ActorDirectory, _ db: Database) throws {
        do {
            try db.inSavepoint {
                try applyTogether([row], &directory, db)
                return .commit
            }
        } catch let error where FaultKind(of: error) == .event {
            directory.forgetAll()
            var changes = CounterChanges()
            try finish([row], [.refused(error)], &changes, db)
            try changes.apply(db)
        }
    }

    /// Sets the statuses: one statement for each row that is no plain success, then one for all that are.
    ///
    /// The rows of a batch are the only ones between its first and its last id, and what is still `processing` among
    /// them has succeeded.
    private func finish(
        _ rows: [InboxLog.Row],
        _ outcomes: [EventApplier.Outcome],
        _ changes: inout CounterChanges,
        _ db: Database
    ) throws {
        let activity = ActivityRepository(db)
        count(rows, outcomes, &changes)
        for (row, outcome) in zip(rows, outcomes) where outcome != .success {
            guard outcome.errorClass == nil else {
                let failure = outcome.failure(afterAttempts: 0, nowMicroseconds: clock.now())
                try activity.end(row.id, outcome.status, message: outcome.message, failure: failure)
                continue
            }
            try activity.updateStatus(
                row.id,
                outcome.status,
                message: outcome.message,
                emptyingPayload: emptiesPayloads && outcome.status == .success
            )
        }
        guard let first = rows.first, let last = rows.last else { return }
        try activity.finish(first.id...last.id, emptyingPayload: emptiesPayloads)
    }

    /// Counts by minute, operation and status; those of one minute are added up first.
    private func count(_ rows: [InboxLog.Row], _ outcomes: [EventApplier.Outcome], _ changes: inout CounterChanges) {
        var finished: [(kind: Finished, count: Int64)] = []
        var emptiedBytes: Int64 = 0
        for (row, outcome) in zip(rows, outcomes) {
            let draft = drafts[row.index]
            let minute = UTCTimestamp.minute(draft.timestampMicroseconds)
            let kind = Finished(minute: minute, operation: draft.operation, status: outcome.status)
            // A batch has a few kinds, most of them of the event before: looking along them is faster than a dictionary.
            if let index = finished.firstIndex(where: { $0.kind == kind }) {
                finished[index].count += 1
            } else {
                finished.append((kind, 1))
            }
            if emptiesPayloads, outcome.status == .success { emptiedBytes += Int64(messages[row.index].bytes.count) }
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
