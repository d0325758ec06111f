/// A stretch of the log whose events have ended.
package struct LogStretch: Sendable, Equatable {
    /// The last id of the stretch, from which the next one goes on.
    package let lastID: Int64
    package let rows: Int64
    /// The bytes of its payloads.
    package let payloadBytes: Int64
}

/// A logged commit that ended as `success`, beside what is stored of its record.
package struct LoggedCommit: Sendable, Equatable {
    package let id: Int64
    package let operation: String
    package let uri: String
    package let rev: String
    package let cid: String
    package let errorMessage: String?
    /// Microseconds since the Unix epoch.
    package let receivedAtMicroseconds: Int64
    /// Revision and content of its record; nil when there is none.
    package let stored: StoredRevision?
    /// Revision of its record's tombstone; nil when there is none.
    package let buriedRev: String?

    fileprivate static let columns = """
        log.id, log.operation, 'at://' || log.did || '/' || log.collection || '/' || log.rkey, log.rev, log.cid,
        log.error_message, log.received_at, record.rev, record.cid, tombstone.rev
        """

    fileprivate init(row: StatementRow) {
        id = row.int64(0)
        operation = row.text(1)
        uri = row.text(2)
        rev = row.text(3)
        cid = row.text(4)
        errorMessage = row.optionalText(5)
        receivedAtMicroseconds = row.int64(6)
        stored = row.optionalText(7).map { StoredRevision(rev: $0, cid: row.text(8)) }
        buriedRev = row.optionalText(9)
    }
}

/// A logged identity or account event that was applied, beside what is stored of its actor.
package struct LoggedState: Sendable, Equatable {
    package let event: ActivityEntry
    /// Nil when there is no such actor.
    package let actor: ActorEntry?
    /// The revision up to which everything of an account is deleted of which nothing was stored; empty when none is known.
    package let accountTombstoneRev: String
    /// The time of the newest event that told the standing of such an account; nil when none is known.
    package let accountTombstoneTimeMicroseconds: Int64?
}

extension VerificationRepository {
    /// The oldest event of the log that has ended, or nil when there is none.
    package func oldestEnded() throws -> (id: Int64, receivedAtMicroseconds: Int64)? {
        let statement = BoundStatement(
            database,
            """
            SELECT id, received_at FROM jetstream_activity NOT INDEXED WHERE status <> 'processing' ORDER BY id LIMIT 1
            """
        )
        return try statement.first { ($0.int64(0), $0.int64(1)) }
    }

    /// The oldest id of the log, or nil when it is empty.
    package func oldestID() throws -> Int64? {
        try BoundStatement(database, "SELECT min(id) FROM jetstream_activity").first { $0.optionalInt64(0) } ?? nil
    }

    /// The next stretch of the log, up to the first event that is `processing`.
    ///
    /// - Parameters:
    ///   - id: The last id of the stretch before; 0 for the first.
    ///   - last: The last id that is meant.
    ///   - limit: How many events at most.
    /// - Returns: The stretch; nil when no event is left.
    /// - Throws: `DatabaseError`.
    package func stretch(after id: Int64, through last: Int64, limit: Int) throws -> LogStretch? {
        let inHand = BoundStatement(
            database,
            """
            SELECT id FROM jetstream_activity NOT INDEXED
            WHERE id >= \(ActivityRepository.inboxFrom) AND status = 'processing' ORDER BY id LIMIT 1
            """
        )
        let end = min(last, try inHand.first { $0.int64(0) - 1 } ?? .max)
        let statement = BoundStatement(
            database,
            """
            SELECT max(id), count(*), sum(bytes) FROM (
                SELECT id, length(CAST(event_json AS BLOB)) AS bytes FROM jetstream_activity NOT INDEXED
                WHERE id > ? AND id <= ? ORDER BY id LIMIT ?
            )
            """
        )
        return try statement.first(id, end, limit) { row in
            row.isNull(0)
                ? nil : LogStretch(lastID: row.int64(0), rows: row.int64(1), payloadBytes: row.int64(2))
        } ?? nil
    }

    /// The bytes of the payloads between two ids.
    package func payloadBytes(after id: Int64, through last: Int64) throws -> Int64 {
        let statement = BoundStatement(
            database,
            """
            SELECT ifnull(sum(length(CAST(event_json AS BLOB))), 0) FROM jetstream_activity NOT INDEXED
            WHERE id > ? AND id <= ?
            """
        )
        return try statement.first(id, last) { $0.int64(0) } ?? 0
    }

    /// Events of a stretch that are `processing` though they stand before ``inboxFrom()``.
    package func processingBeforeInbox(after id: Int64, through last: Int64) throws -> [Int64] {
        let statement = BoundStatement(
            database,
            """
            SELECT id FROM jetstream_activity NOT INDEXED
            WHERE id > ? AND id <= ? AND id < \(ActivityRepository.inboxFrom) AND status = 'processing' ORDER BY id
            """
        )
        return try statement.all(id, last) { $0.int64(0) }
    }

    /// Commits of a stretch that ended as `success` and are not seen at once in what is stored.
    ///
    /// Seen at once is a put by its own record; any commit by a newer record, by a tombstone, and by its account's
    /// deletion.
    package func unseenCommits(after id: Int64, through last: Int64) throws -> [LoggedCommit] {
        let statement = BoundStatement(
            database,
            """
            SELECT \(LoggedCommit.columns) FROM jetstream_activity AS log NOT INDEXED
            LEFT JOIN record INDEXED BY record_key
                ON record.collection = log.collection AND record.rkey = log.rkey AND record.did = log.did
            LEFT JOIN tombstone
                ON tombstone.collection = log.collection AND tombstone.rkey = log.rkey AND tombstone.did = log.did
            LEFT JOIN actor ON actor.did = log.did
            LEFT JOIN account_tombstone ON account_tombstone.did = log.did
            WHERE log.id > ? AND log.id <= ? AND log.status = 'success'
                AND (log.operation = 'create' OR log.operation = 'update' OR log.operation = 'delete')
                AND NOT ifnull(record.rev > log.rev, 0) AND NOT ifnull(tombstone.rev >= log.rev, 0)
                AND NOT ifnull(record.rev = log.rev AND record.cid = log.cid AND log.operation <> 'delete', 0)
                AND NOT ifnull(actor.deleted_rev >= log.rev, 0) AND NOT ifnull(account_tombstone.rev >= log.rev, 0)
            ORDER BY log.id
            """
        )
        return try statement.all(id, last, read: LoggedCommit.init)
    }

    /// The identity and account events of a stretch that were applied.
    package func appliedStates(after id: Int64, through last: Int64) throws -> [LoggedState] {
        let statement = BoundStatement(
            database,
            """
            SELECT \(ActivityEntry.columns) FROM jetstream_activity NOT INDEXED
            WHERE id > ? AND id <= ? AND status = 'success' AND error_message IS NULL
                AND (operation = 'identity' OR operation = 'account')
            ORDER BY id
            """
        )
        let actors = ActorRepository(database)
        let tombstones = AccountTombstoneRepository(database)
        return try statement.all(id, last, read: ActivityEntry.init).map { event in
            let word = try tombstones.find(event.did)
            return LoggedState(
                event: event,
                actor: try actors.find(event.did),
                accountTombstoneRev: word?.deletedRev ?? "",
                accountTombstoneTimeMicroseconds: word?.standing.timeMicroseconds
            )
        }
    }

    /// When the oldest tombstone of a record, and that of an account, was received; nil when there is none.
    ///
    /// Clean-up takes the oldest first, so whatever was received after it has not been taken.
    package func oldestTombstones() throws -> (record: Int64?, account: Int64?) {
        let (record, account) = (
            BoundStatement(database, "SELECT min(received_at) FROM tombstone INDEXED BY tombstone_received"),
            BoundStatement(
                database,
                "SELECT min(received_at) FROM account_tombstone INDEXED BY account_tombstone_received"
            )
        )
        return try (
            record.first { $0.optionalInt64(0) } ?? nil,
            account.first { $0.optionalInt64(0) } ?? nil
        )
    }
}
