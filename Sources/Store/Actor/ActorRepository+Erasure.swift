/// What becomes of an actor who is forgotten: emptied at once, removed when the records are gone.
extension ActorRepository {
    /// Takes from an actor all that events told, and hides the records up to a revision.
    ///
    /// Their removal is left to the caller, who is to count what goes: ``pendingPurges(limit:)`` does not tell of it. The
    /// numbers of actors that are hidden or need a resync are adjusted in the same transaction.
    ///
    /// - Parameters:
    ///   - actor: The actor.
    ///   - rev: Records up to this revision are to be removed.
    ///   - indexedAt: What stands for the time of the first record, as ``UTCTimestamp`` writes it.
    /// - Throws: `DatabaseError`.
    package func empty(_ actor: ActorEntry, throughRev rev: String, indexedAt: String) throws {
        let statement = BoundStatement(
            database,
            """
            UPDATE actor SET handle = NULL, indexed_at = ?, active = 1, status = NULL, identity_time = NULL,
                identity_seq = NULL, account_time = NULL, account_seq = NULL, deleted_rev = max(deleted_rev, ?),
                hidden = 0, resync_rev = NULL
            WHERE id = ?
            """
        )
        try statement.run(indexedAt, rev, actor.id)
        var changes = CounterChanges()
        if actor.isHidden { changes.hiddenActors(-1) }
        if actor.resyncRev != nil { changes.resyncActors(-1) }
        try changes.apply(database)
    }

    /// Removes an emptied actor, unless later events have told of it.
    ///
    /// - Parameter id: The actor, whose records up to the revision are gone.
    /// - Returns: Whether it was removed.
    /// - Throws: `DatabaseError`.
    package func removeIfEmpty(_ id: Int64) throws -> Bool {
        try purgeDone(id)
        let statement = BoundStatement(
            database,
            """
            DELETE FROM actor WHERE id = ?1 AND identity_time IS NULL AND account_time IS NULL AND resync_rev IS NULL
                AND NOT EXISTS (SELECT 1 FROM record INDEXED BY record_actor WHERE actor = ?1)
            """
        )
        return try statement.run(id) > 0
    }
}
