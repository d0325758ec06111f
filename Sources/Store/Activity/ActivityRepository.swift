package import GRDB

/// The log: every event that was received, and what became of it.
///
/// Writing here changes no counter, since the handler knows its batch and adds it up once (``CounterChanges``); only
/// the deletions do, because they alone know what they deleted.
package struct ActivityRepository {
    let database: Database

    let insertOne: BoundStatement
    let insertMany: BoundStatement
    let selectKey: BoundStatement
    private let finishRange: BoundStatement
    private let update: BoundStatement
    private let attempt: BoundStatement
    let select: BoundStatement

    /// How many events one statement logs; more save nothing that can be measured.
    static let eventsPerStatement = 20

    package init(_ database: Database) {
        self.database = database
        insertOne = BoundStatement(database, ActivityRepository.insertionOfOne)
        insertMany = BoundStatement(database, ActivityRepository.insertionOfMany)
        selectKey = BoundStatement(
            database,
            """
            SELECT id FROM jetstream_activity
            WHERE rev = ? AND did = ? AND collection = ? AND rkey = ? AND operation = ?
            """
        )
        finishRange = BoundStatement(
            database,
            """
            UPDATE jetstream_activity SET status = 'success', error_message = NULL
            WHERE id BETWEEN ? AND ? AND status = 'processing'
            """
        )
        update = BoundStatement(
            database,
            "UPDATE jetstream_activity SET status = ?, error_message = ? WHERE id = ?"
        )
        attempt = BoundStatement(
            database,
            "UPDATE jetstream_activity SET attempts = attempts + 1 WHERE id = ? RETURNING attempts"
        )
        select = BoundStatement(database, "SELECT \(ActivityEntry.columns) FROM jetstream_activity WHERE id = ?")
    }

    /// Ends the `processing` events of a range as `success` without a message; others of the range stay as they are.
    ///
    /// - Parameters:
    ///   - ids: The first and the last id.
    ///   - emptyingPayload: Whether the message is dropped; the caller counts its bytes.
    /// - Throws: `DatabaseError`.
    package func finish(_ ids: ClosedRange<Int64>, emptyingPayload: Bool) throws {
        guard emptyingPayload else {
            try finishRange.run(ids.lowerBound, ids.upperBound)
            return
        }
        let statement = BoundStatement(
            database,
            """
            UPDATE jetstream_activity SET status = 'success', error_message = NULL, event_json = ''
            WHERE id BETWEEN ? AND ? AND status = 'processing'
            """
        )
        try statement.run(ids.lowerBound, ids.upperBound)
    }

    /// Sets an event's status and message, whatever they were.
    ///
    /// - Parameters:
    ///   - id: The event; one that is not in the log is no error.
    ///   - status: The new status.
    ///   - message: The new message; nil clears it.
    ///   - emptyingPayload: Whether the message as received is dropped; the caller counts its bytes.
    /// - Returns: Whether the event is in the log.
    /// - Throws: `DatabaseError`.
    @discardableResult
    package func updateStatus(
        _ id: Int64,
        _ status: ActivityStatus,
        message: String?,
        emptyingPayload: Bool = false
    ) throws -> Bool {
        let rows = try update.run(status.rawValue, message, id)
        if emptyingPayload {
            try BoundStatement(database, "UPDATE jetstream_activity SET event_json = '' WHERE id = ?").run(id)
        }
        return rows > 0
    }

    /// Counts one more attempt to apply an event.
    ///
    /// - Parameter id: The event.
    /// - Returns: The number of attempts, this one included.
    /// - Throws: ``StoreError/noActivity(_:)`` when it is not in the log, or `DatabaseError`.
    package func beginAttempt(_ id: Int64) throws -> Int {
        guard let attempts = try attempt.first(id, read: { Int($0.int64(0)) }) else { throw StoreError.noActivity(id) }
        return attempts
    }

    /// Takes back an attempt that the machine, and not the event, made fail.
    package func withdrawAttempt(_ id: Int64) throws {
        try BoundStatement(
            database,
            "UPDATE jetstream_activity SET attempts = attempts - 1 WHERE id = ? AND attempts > 0"
        ).run(id)
    }

    /// The event of an id, or nil when it is not in the log.
    package func entry(_ id: Int64) throws -> ActivityEntry? {
        try select.first(id, read: ActivityEntry.init)
    }

    /// The newest id of the log; 0 when it is empty.
    package func newestID() throws -> Int64 {
        try BoundStatement(database, "SELECT max(id) FROM jetstream_activity").first { $0.int64(0) } ?? 0
    }
}
