package import GRDB
package import Texts

/// The deletions of single records: an event that is not newer than its record's tombstone changes nothing.
package struct TombstoneRepository {
    let database: Database
    private let select: BoundStatement
    private let insert: BoundStatement
    private let remove: BoundStatement

    package init(_ database: Database) {
        self.database = database
        select = BoundStatement(database, "SELECT rev FROM tombstone WHERE collection = ? AND rkey = ? AND did = ?")
        insert = BoundStatement(
            database,
            """
            INSERT INTO tombstone (collection, rkey, did, rev, received_at) VALUES (?, ?, ?, ?, ?)
            ON CONFLICT DO UPDATE SET rev = excluded.rev, received_at = excluded.received_at
            WHERE excluded.rev > tombstone.rev
            """
        )
        remove = BoundStatement(database, "DELETE FROM tombstone WHERE collection = ? AND rkey = ? AND did = ?")
    }

    /// The revision that deleted a record, or nil when none is known.
    package func revision(of key: RecordKey) throws -> String? {
        try select.first(key.collection, key.rkey, key.did) { $0.text(0) }
    }

    /// Notes a deletion; of two the newer stays.
    ///
    /// - Parameters:
    ///   - key: The record, which need not have been stored.
    ///   - rev: The revision that deleted it.
    ///   - receivedAtMicroseconds: When the deletion was received, since the Unix epoch.
    /// - Throws: `DatabaseError`.
    package func bury(_ key: RecordKey, rev: ByteText, receivedAtMicroseconds: Int64) throws {
        try insert.run(key.collection, key.rkey, key.did, rev, receivedAtMicroseconds)
    }

    /// Forgets a deletion, because a newer revision was written.
    package func remove(_ key: RecordKey) throws {
        try remove.run(key.collection, key.rkey, key.did)
    }

    /// Forgets the oldest deletions.
    ///
    /// - Parameters:
    ///   - cutoffMicroseconds: Those received before this time go.
    ///   - limit: How many at most, so that a chunk takes bounded time.
    /// - Returns: How many went; fewer than `limit` when no more are left.
    /// - Throws: `DatabaseError`.
    package func deleteExpired(receivedBefore cutoffMicroseconds: Int64, limit: Int) throws -> Int {
        let statement = BoundStatement(
            database,
            """
            DELETE FROM tombstone WHERE (collection, rkey, did) IN (
                SELECT collection, rkey, did FROM tombstone INDEXED BY tombstone_received
                WHERE received_at < ? ORDER BY received_at LIMIT ?
            )
            """
        )
        return try statement.run(cutoffMicroseconds, limit)
    }
}
