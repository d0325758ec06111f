import Texts

/// What one chunk of a purge came to.
package struct RecordPurge: Sendable, Equatable {
    /// The removed records by collection.
    package var removedByCollection: [String: Int64] = [:]

    /// The last row that was looked at, from which the next chunk goes on.
    package var lastID: Int64

    /// Whether there is nothing more to remove.
    package var isComplete = false
}

extension RecordRepository {
    /// Removes an actor's records up to a revision, because the account was deleted then.
    ///
    /// The numbers of records are adjusted in the same transaction.
    ///
    /// - Parameters:
    ///   - actor: The actor's id.
    ///   - rev: The greatest revision to remove, ``ActorEntry/deletedRev``.
    ///   - id: Only later rows: 0, or ``RecordPurge/lastID`` of the chunk before.
    ///   - limit: How many rows to look at.
    /// - Returns: What was removed.
    /// - Throws: `DatabaseError`.
    package func purge(actor: Int64, throughRev rev: String, afterID id: Int64, limit: Int) throws -> RecordPurge {
        let select = BoundStatement(
            database,
            """
            SELECT id, collection, rev <= ? FROM record INDEXED BY record_actor
            WHERE actor = ? AND id > ? ORDER BY id LIMIT ?
            """
        )
        let remove = BoundStatement(database, "DELETE FROM record WHERE id = ?")
        var purge = RecordPurge(lastID: id)
        var removed: [Int64] = []
        var examined = 0
        try select.walk([rev, actor, id, limit]) { row in
            purge.lastID = row.int64(0)
            examined += 1
            if row.bool(2) {
                removed.append(purge.lastID)
                purge.removedByCollection[row.text(1), default: 0] += 1
            }
            return true
        }
        var changes = CounterChanges()
        let texts = TextArena()
        defer { withExtendedLifetime(texts) {} }
        for (collection, count) in purge.removedByCollection {
            changes.recordCount(texts.add(collection), -count)
        }
        for id in removed {
            try remove.run(id)
        }
        try changes.apply(database)
        purge.isComplete = examined < limit
        return purge
    }
}
