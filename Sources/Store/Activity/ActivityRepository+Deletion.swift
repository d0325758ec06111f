/// What one chunk of a deletion, or of a count of what would be deleted, came to.
package struct ActivityDeletion: Sendable, Equatable {
    package var deletedRows = 0

    /// The bytes of the deleted rows' payloads.
    package var deletedBytes: Int64 = 0

    /// The last id that was looked at, from which the next chunk goes on.
    package var lastID: Int64

    /// Whether there is nothing more to delete.
    package var isComplete = false

    /// What came to nothing yet, before the first chunk.
    package static let none = ActivityDeletion(lastID: 0)
}

/// A row that may be deleted.
private struct Candidate {
    let operation: String
    let status: ActivityStatus
    let minute: Int64?
    let bytes: Int64
    let receivedAtMicroseconds: Int64

    /// The columns, in the order that ``init(row:)`` reads.
    static let columns = "id, status, received_at, timestamp, operation, length(CAST(event_json AS BLOB))"

    init(row: StatementRow) {
        status = ActivityStatus(rawValue: row.text(1)) ?? .error
        receivedAtMicroseconds = row.int64(2)
        minute = UTCTimestamp.microseconds(row.text(3)).map(UTCTimestamp.minute)
        operation = row.text(4)
        bytes = row.int64(5)
    }
}

extension ActivityRepository {
    /// Deletes the oldest events, from the oldest id on, as far as a cut takes them.
    ///
    /// It steps over those that are `processing`. The sums are adjusted in the same transaction, as by all deletions here.
    ///
    /// - Parameters:
    ///   - cut: Which.
    ///   - id: Only greater ids: 0, or ``ActivityDeletion/lastID`` of the chunk before.
    ///   - limit: How many rows to look at.
    /// - Returns: What was deleted; ``ActivityCut/rest(after:)`` is the cut for the next chunk.
    /// - Throws: `DatabaseError`.
    package func deleteOldest(_ cut: ActivityCut, after id: Int64 = 0, limit: Int) throws -> ActivityDeletion {
        var changes = CounterChanges()
        let deletion = try examine(cut, after: id, limit: limit) { candidate in
            changes.cleaned(
                minute: candidate.minute,
                operation: candidate.operation,
                status: candidate.status,
                bytes: candidate.bytes
            )
        }
        guard deletion.deletedRows > 0 else { return deletion }
        let statement = BoundStatement(
            database,
            "DELETE FROM jetstream_activity WHERE id > ? AND id <= ? AND status <> 'processing'"
        )
        let rows = try statement.run(id, deletion.lastID)
        precondition(rows == deletion.deletedRows, "what was counted is what is deleted")
        try changes.apply(database)
        return deletion
    }

    /// Counts what ``deleteOldest(_:after:limit:)`` would delete, and deletes nothing.
    ///
    /// - Parameters:
    ///   - cut: Which.
    ///   - id: Only greater ids: 0, or ``ActivityDeletion/lastID`` of the chunk before.
    ///   - limit: How many rows to look at.
    /// - Returns: What would be deleted.
    /// - Throws: `DatabaseError`.
    package func countOldest(
        _ cut: ActivityCut,
        after id: Int64 = 0,
        limit: Int = .max
    ) throws -> ActivityDeletion {
        try examine(cut, after: id, limit: limit) { _ in }
    }

    /// Looks at rows from the oldest id on, as long as the cut takes them.
    private func examine(
        _ cut: ActivityCut,
        after id: Int64,
        limit: Int,
        visit: (Candidate) -> Void
    ) throws -> ActivityDeletion {
        let statement = BoundStatement(
            database,
            """
            SELECT \(Candidate.columns) FROM jetstream_activity WHERE id > ? AND id <= ? ORDER BY id LIMIT ?
            """
        )
        var deletion = ActivityDeletion(lastID: id)
        var examined = 0
        try statement.walk([id, cut.throughID, limit]) { row in
            let candidate = Candidate(row: row)
            if candidate.status != .processing {
                guard cut.takes(receivedAtMicroseconds: candidate.receivedAtMicroseconds, after: deletion) else {
                    deletion.isComplete = true
                    return false
                }
                deletion.deletedRows += 1
                deletion.deletedBytes += candidate.bytes
                visit(candidate)
            }
            deletion.lastID = row.int64(0)
            examined += 1
            return true
        }
        deletion.isComplete = deletion.isComplete || examined < limit
        return deletion
    }

    /// Deletes single events, except those that are `processing`.
    ///
    /// - Parameter ids: Which; those that are not in the log are no error.
    /// - Returns: What was deleted.
    /// - Throws: `DatabaseError`.
    package func delete(_ ids: some Sequence<Int64>) throws -> ActivityDeletion {
        let select = BoundStatement(database, "SELECT \(Candidate.columns) FROM jetstream_activity WHERE id = ?")
        let remove = BoundStatement(database, "DELETE FROM jetstream_activity WHERE id = ?")
        var changes = CounterChanges()
        var deletion = ActivityDeletion(lastID: 0)
        for id in ids {
            guard let candidate = try select.first(id, read: Candidate.init), candidate.status != .processing else {
                continue
            }
            changes.cleaned(
                minute: candidate.minute,
                operation: candidate.operation,
                status: candidate.status,
                bytes: candidate.bytes
            )
            deletion.deletedRows += try remove.run(id)
            deletion.deletedBytes += candidate.bytes
            deletion.lastID = id
        }
        try changes.apply(database)
        return deletion
    }
}
