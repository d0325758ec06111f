package import GRDB
import GRDBSQLite
package import Texts

/// The accounts that records were stored of, each with the newest state that its events told.
///
/// Which event is newer is the caller's to decide, by the times and seqs that are kept here.
package struct ActorRepository {
    let database: Database
    private let select: BoundStatement
    private let selectKey: BoundStatement
    private let insert: BoundStatement

    package init(_ database: Database) {
        self.database = database
        select = BoundStatement(database, "SELECT \(ActorEntry.columns) FROM actor WHERE did = ?")
        selectKey = BoundStatement(database, "SELECT id, deleted_rev FROM actor WHERE did = ?")
        insert = BoundStatement(database, "INSERT INTO actor (did, indexed_at, deleted_rev) VALUES (?, ?, ?)")
    }

    /// The actor of a DID, or nil when it is not known.
    package func find(_ did: String) throws -> ActorEntry? {
        try select.first(did, read: ActorEntry.init)
    }

    /// The id of a DID's actor, and up to which revision its records are deleted; nil when it is not known.
    package func key(of did: ByteText) throws -> (id: Int64, deletedRev: String)? {
        try selectKey.first(did) { ($0.int64(0), $0.text(1)) }
    }

    /// Adds an actor.
    ///
    /// - Parameters:
    ///   - did: The DID, which must not be known yet.
    ///   - indexedAt: As ``UTCTimestamp`` writes it.
    ///   - deletedRev: What ``AccountTombstoneRepository/floor(_:)`` says; empty when the account was never deleted.
    /// - Returns: The actor's id.
    /// - Throws: `DatabaseError`.
    package func insert(_ did: ByteText, indexedAt: ByteText, deletedRev: ByteText = "") throws -> Int64 {
        try insert.run(did, indexedAt, deletedRev)
        return sqlite3_last_insert_rowid(database.sqliteConnection)
    }

    /// Stores what an identity event told.
    ///
    /// - Parameters:
    ///   - id: The actor.
    ///   - handle: The handle; nil keeps the one that is stored, since an event without one does not say that it is gone.
    ///   - timeMicroseconds: The event's own time, since the Unix epoch.
    ///   - seq: The event's own seq.
    /// - Throws: `DatabaseError`.
    package func updateIdentity(_ id: Int64, handle: String?, timeMicroseconds: Int64, seq: Int64) throws {
        let statement = BoundStatement(
            database,
            "UPDATE actor SET handle = ifnull(?, handle), identity_time = ?, identity_seq = ? WHERE id = ?"
        )
        try statement.run(handle, timeMicroseconds, seq, id)
    }

    /// Stores what an account event told.
    ///
    /// - Parameters:
    ///   - id: The actor.
    ///   - standing: The account's standing from now on; the caller counts the actors that are hidden.
    /// - Throws: `DatabaseError`.
    package func updateAccount(_ id: Int64, _ standing: AccountStanding) throws {
        let statement = BoundStatement(
            database,
            "UPDATE actor SET active = ?, status = ?, hidden = ?, account_time = ?, account_seq = ? WHERE id = ?"
        )
        try statement.run(
            standing.isActive,
            standing.status,
            standing.isHidden,
            standing.timeMicroseconds,
            standing.seq,
            id
        )
    }

    /// Notes that what is stored of an actor may not be what its repository holds.
    ///
    /// - Parameters:
    ///   - id: The actor.
    ///   - rev: The repository's revision, as a sync event named it; the caller counts the actors that have one.
    /// - Throws: `DatabaseError`.
    package func markForResync(_ id: Int64, rev: String) throws {
        try BoundStatement(database, "UPDATE actor SET resync_rev = ? WHERE id = ?").run(rev, id)
    }

    /// The actors that are marked by ``markForResync(_:rev:)``, in the order of their ids.
    ///
    /// - Parameter limit: How many at most.
    /// - Returns: The actors.
    /// - Throws: `DatabaseError`.
    package func needingResync(limit: Int) throws -> [ActorEntry] {
        let statement = BoundStatement(
            database,
            """
            SELECT \(ActorEntry.columns) FROM actor INDEXED BY actor_marked
            WHERE resync_rev IS NOT NULL ORDER BY resync_rev LIMIT ?
            """
        )
        return try statement.all(limit, read: ActorEntry.init)
    }

    /// How many actors are hidden, and how many need a resync, from the sums.
    package func counts() throws -> (hidden: Int64, needingResync: Int64) {
        let counters = CounterRepository(database)
        return (try counters.value(CounterName.hiddenActors), try counters.value(CounterName.resyncActors))
    }

    /// Hides an actor's records up to a revision from all readers, and asks for their removal.
    ///
    /// A mark for a resync of that revision or an earlier one goes, which the caller counts.
    ///
    /// - Parameters:
    ///   - id: The actor.
    ///   - deletedRev: The revision; an earlier one than the stored changes nothing.
    /// - Throws: `DatabaseError`.
    package func markDeleted(_ id: Int64, deletedRev: String) throws {
        let statement = BoundStatement(
            database,
            """
            UPDATE actor SET deleted_rev = ?1, purge_pending = 1, resync_rev = iif(resync_rev <= ?1, NULL, resync_rev)
            WHERE id = ?2 AND deleted_rev < ?1
            """
        )
        try statement.run(deletedRev, id)
    }

    /// The actors whose records are to be removed, in the order of their ids.
    ///
    /// - Parameter limit: How many at most.
    /// - Returns: The actors; what to remove is up to ``ActorEntry/deletedRev``.
    /// - Throws: `DatabaseError`.
    package func pendingPurges(limit: Int) throws -> [ActorEntry] {
        let statement = BoundStatement(
            database,
            """
            SELECT \(ActorEntry.columns) FROM actor INDEXED BY actor_purge
            WHERE purge_pending = 1 ORDER BY id LIMIT ?
            """
        )
        return try statement.all(limit, read: ActorEntry.init)
    }

    /// Notes that an actor's deleted records are removed.
    package func purgeDone(_ id: Int64) throws {
        try BoundStatement(database, "UPDATE actor SET purge_pending = 0 WHERE id = ?").run(id)
    }
}
