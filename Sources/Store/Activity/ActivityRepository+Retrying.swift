import GRDB
package import Texts

/// The columns of an event that its message tells.
package struct ActivityKey {
    package var timestamp: ByteText
    package var operation: ByteText
    package var collection: ByteText
    package var did: ByteText
    package var rkey: ByteText
    package var rev: ByteText
    package var cid: ByteText

    package init(
        timestamp: ByteText,
        operation: ByteText,
        collection: ByteText,
        did: ByteText,
        rkey: ByteText,
        rev: ByteText,
        cid: ByteText
    ) {
        self.timestamp = timestamp
        self.operation = operation
        self.collection = collection
        self.did = did
        self.rkey = rkey
        self.rev = rev
        self.cid = cid
    }
}

/// How many internal errors wait for another attempt.
package struct WaitingErrors: Sendable, Equatable {
    /// At most ``PageLimit/examinedRows``, which then means that many or more.
    package let count: Int

    /// When the first of them is due, in microseconds since the Unix epoch; nil when there is none.
    package let nextMicroseconds: Int64?
}

/// Events that failed and are applied again.
extension ActivityRepository {
    /// Ends an event as `error` or otherwise, whatever it was before: with class and next attempt, or without both.
    ///
    /// - Parameters:
    ///   - id: The event.
    ///   - status: The new status.
    ///   - message: The new message; nil clears it.
    ///   - failure: What goes with an `error`; nil for other statuses.
    /// - Throws: `DatabaseError`.
    package func end(_ id: Int64, _ status: ActivityStatus, message: String?, failure: ActivityFailure?) throws {
        let statement = BoundStatement(
            database,
            """
            UPDATE jetstream_activity SET status = ?, error_message = ?, error_class = ?, next_attempt_at = ?
            WHERE id = ?
            """
        )
        try statement.run(
            status.rawValue,
            message,
            failure?.errorClass.rawValue,
            failure?.nextAttemptMicroseconds,
            id
        )
    }

    /// The events whose next attempt is due, the one that has waited longest first.
    ///
    /// - Parameters:
    ///   - nowMicroseconds: Since the Unix epoch.
    ///   - longestMicroseconds: The longest that any has to wait; those that are due later than that are due now, since
    ///     the clock was put back.
    ///   - limit: How many at most.
    /// - Returns: Their ids.
    /// - Throws: `DatabaseError`.
    package func due(nowMicroseconds: Int64, longestMicroseconds: Int64, limit: Int) throws -> [Int64] {
        let statement = BoundStatement(
            database,
            """
            SELECT id FROM (
                SELECT id FROM jetstream_activity INDEXED BY activity_waiting
                WHERE next_attempt_at <= ? ORDER BY next_attempt_at LIMIT ?
            ) UNION ALL SELECT id FROM (
                SELECT id FROM jetstream_activity INDEXED BY activity_waiting
                WHERE next_attempt_at > ? ORDER BY next_attempt_at LIMIT ?
            )
            """
        )
        let latest = nowMicroseconds + longestMicroseconds
        return Array(try statement.all(nowMicroseconds, limit, latest, limit) { $0.int64(0) }.prefix(limit))
    }

    /// How many events wait for another attempt, and until when.
    package func waiting() throws -> WaitingErrors {
        let statement = BoundStatement(
            database,
            """
            SELECT count(*), min(next_attempt_at) FROM (
                SELECT next_attempt_at FROM jetstream_activity INDEXED BY activity_waiting
                WHERE next_attempt_at IS NOT NULL ORDER BY next_attempt_at LIMIT \(PageLimit.examinedRows)
            )
            """
        )
        let waiting = try statement.first { row in
            WaitingErrors(count: Int(row.int64(0)), nextMicroseconds: row.optionalInt64(1))
        }
        return waiting ?? WaitingErrors(count: 0, nextMicroseconds: nil)
    }

    /// How often an event that waits for another attempt was begun again; nil when it waits no longer.
    package func waitingAttempts(_ id: Int64) throws -> Int? {
        try BoundStatement(
            database,
            """
            SELECT attempts FROM jetstream_activity
            WHERE id = ? AND status = 'error' AND next_attempt_at IS NOT NULL
            """
        ).first(id) { Int($0.int64(0)) }
    }

    /// Changes how often an event was begun again, and when it is next.
    package func setAttempts(_ id: Int64, _ attempts: Int, nextMicroseconds: Int64?) throws {
        try BoundStatement(
            database,
            "UPDATE jetstream_activity SET attempts = ?, next_attempt_at = ? WHERE id = ?"
        ).run(attempts, nextMicroseconds, id)
    }

    /// The id of the event that has the key, or nil when none has.
    package func find(_ key: ActivityKey) throws -> Int64? {
        try selectKey.first(key.rev, key.did, key.collection, key.rkey, key.operation) { $0.int64(0) }
    }

    /// Gives an event the columns that its message tells; no other may have the key.
    package func file(_ id: Int64, under key: ActivityKey) throws {
        let statement = BoundStatement(
            database,
            """
            UPDATE jetstream_activity
            SET timestamp = ?, operation = ?, collection = ?, did = ?, rkey = ?, rev = ?, cid = ? WHERE id = ?
            """
        )
        try statement.run(
            key.timestamp,
            key.operation,
            key.collection,
            key.did,
            key.rkey,
            key.rev,
            key.cid,
            id
        )
    }

    /// Puts a text in the place of an event's payload; the caller counts the bytes.
    package func replacePayload(_ id: Int64, by text: [UInt8]) throws {
        let statement = BoundStatement(database, "UPDATE jetstream_activity SET event_json = ? WHERE id = ?")
        try text.withUnsafeBytes { bytes in
            _ = try statement.run(BorrowedBytes(bytes: bytes, isText: true), id)
        }
    }
}
