package import GRDB
package import Texts

/// What account events said of accounts of which no record was stored: their deletion, and a standing that hides them.
///
/// A row outlives a standing that hides nothing any more, so that an older event that comes later does not hide again.
package struct AccountTombstoneRepository {
    private let database: Database
    private let select: BoundStatement

    package init(_ database: Database) {
        self.database = database
        select = BoundStatement(
            database,
            "SELECT rev, active, status, hidden, account_time, account_seq FROM account_tombstone WHERE did = ?"
        )
    }

    /// The revision up to which everything of an account is deleted, or nil when it was never deleted.
    package func floor(_ did: ByteText) throws -> String? {
        try find(did).flatMap { $0.deletedRev.isEmpty ? nil : $0.deletedRev }
    }

    /// What is known of an account, or nil when nothing is; the revision is empty when it was never deleted.
    package func find(_ did: ByteText) throws -> (deletedRev: String, standing: AccountStanding)? {
        try select.first(did, read: AccountTombstoneRepository.read)
    }

    /// What is known of an account, or nil when nothing is; the revision is empty when it was never deleted.
    package func find(_ did: String) throws -> (deletedRev: String, standing: AccountStanding)? {
        try select.first(did, read: AccountTombstoneRepository.read)
    }

    private static func read(_ row: StatementRow) -> (deletedRev: String, standing: AccountStanding) {
        let standing = AccountStanding(
            isActive: row.bool(1),
            status: row.optionalText(2),
            isHidden: row.bool(3),
            timeMicroseconds: row.int64(4),
            seq: row.int64(5)
        )
        return (row.text(0), standing)
    }

    private static let putting: String = {
        let isNewer = "(excluded.account_time, excluded.account_seq) > (account_time, account_seq)"
        let newest = ["active", "status", "hidden", "account_time", "account_seq"]
            .map { "\($0) = iif(\(isNewer), excluded.\($0), \($0))" }.joined(separator: ", ")
        return """
            INSERT INTO account_tombstone (did, rev, active, status, hidden, account_time, account_seq, received_at)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT DO UPDATE
            SET rev = max(rev, excluded.rev), \(newest),
                received_at = iif(excluded.rev > rev OR \(isNewer), excluded.received_at, received_at)
            """
    }()

    /// Notes what an account event told; of two deletions, and of two standings, the newer stays.
    ///
    /// - Parameters:
    ///   - did: The account.
    ///   - deletedRev: The greatest revision of the time of a deletion; empty when the event is none.
    ///   - standing: The standing that it told.
    ///   - receivedAtMicroseconds: When it was received, since the Unix epoch.
    /// - Throws: `DatabaseError`.
    package func put(
        _ did: String,
        deletedRev: String,
        _ standing: AccountStanding,
        receivedAtMicroseconds: Int64
    ) throws {
        try BoundStatement(database, AccountTombstoneRepository.putting).run(
            did,
            deletedRev,
            standing.isActive,
            standing.status,
            standing.isHidden,
            standing.timeMicroseconds,
            standing.seq,
            receivedAtMicroseconds
        )
    }

    /// Forgets an account, unless something newer was told of it.
    ///
    /// - Parameters:
    ///   - did: The account.
    ///   - timeMicroseconds: The time of the newest event that goes, since the Unix epoch.
    /// - Returns: Whether there was something.
    /// - Throws: `DatabaseError`.
    package func erase(_ did: String, throughMicroseconds timeMicroseconds: Int64) throws -> Bool {
        try BoundStatement(database, "DELETE FROM account_tombstone WHERE did = ? AND account_time <= ?")
            .run(did, timeMicroseconds) > 0
    }

    /// Forgets what was received longest ago.
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
