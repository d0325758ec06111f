package import GRDB
package import Texts

/// The deletions of whole accounts, also of those that no record was ever stored of.
package struct AccountTombstoneRepository {
    private let database: Database
    private let select: BoundStatement

    package init(_ database: Database) {
        self.database = database
        select = BoundStatement(database, "SELECT rev, account_time FROM account_tombstone WHERE did = ?")
    }

    /// The revision up to which everything of an account is deleted, or nil when it was never deleted.
    package func floor(_ did: ByteText) throws -> String? {
        try select.first(did) { $0.text(0) }
    }

    /// The revision up to which everything of an account is deleted, or nil when it was never deleted.
    package func floor(_ did: String) throws -> String? {
        try select.first(did) { $0.text(0) }
    }

    /// The newest deletion of an account, or nil when it was never deleted.
    package func find(_ did: ByteText) throws -> (rev: String, accountTimeMicroseconds: Int64)? {
        try select.first(did) { ($0.text(0), $0.int64(1)) }
    }

    /// Notes a deletion; of two the newer stays.
    ///
    /// - Parameters:
    ///   - did: The account.
    ///   - rev: The greatest revision of the time of the deletion.
    ///   - accountTimeMicroseconds: The account event's own time, since the Unix epoch.
    ///   - receivedAtMicroseconds: When it was received, since the Unix epoch.
    /// - Throws: `DatabaseError`.
    package func put(
        _ did: String,
        rev: String,
        accountTimeMicroseconds: Int64,
        receivedAtMicroseconds: Int64
    ) throws {
        let statement = BoundStatement(
            database,
            """
            INSERT INTO account_tombstone (did, rev, account_time, received_at) VALUES (?, ?, ?, ?)
            ON CONFLICT DO UPDATE
            SET rev = excluded.rev, account_time = excluded.account_time, received_at = excluded.received_at
            WHERE excluded.rev > account_tombstone.rev
            """
        )
        try statement.run(did, rev, accountTimeMicroseconds, receivedAtMicroseconds)
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
            DELETE FROM account_tombstone WHERE did IN (
                SELECT did FROM account_tombstone INDEXED BY account_tombstone_received
                WHERE received_at < ? ORDER BY received_at LIMIT ?
            )
            """
        )
        return try statement.run(cutoffMicroseconds, limit)
    }
}
