/// One event of the log and what became of it.
package struct ActivityEntry: Sendable, Equatable {
    package let id: Int64

    /// The event's time, as ``UTCTimestamp`` writes it.
    package let timestamp: String

    package let operation: String
    package let collection: String
    package let did: String
    package let status: ActivityStatus

    /// Why it failed or was skipped; nil when it was simply applied.
    package let errorMessage: String?

    /// The message as it was received (`event_json`); empty when it was emptied after success.
    package private(set) var payload: [UInt8]

    /// Whether the message was text; false for a binary one, and for one that is not UTF-8.
    package private(set) var payloadIsText: Bool

    package let rkey: String
    package let rev: String
    package let cid: String

    /// Microseconds since the Unix epoch.
    package let receivedAtMicroseconds: Int64

    /// How often applying it was begun again by itself: after an interruption, or after an internal error.
    package private(set) var attempts: Int

    /// Whose fault an `error` is; nil for other statuses.
    package let errorClass: ErrorClass?

    /// When it is tried again by itself, in microseconds since the Unix epoch; nil when it is not.
    package let nextAttemptMicroseconds: Int64?

    /// The columns, in the order that ``init(row:)`` reads.
    static let columns = """
        id, timestamp, operation, collection, did, status, error_message, event_json, rkey, rev, cid, received_at,
        attempts, error_class, next_attempt_at
        """

    init(row: StatementRow) {
        id = row.int64(0)
        timestamp = row.text(1)
        operation = row.text(2)
        collection = row.text(3)
        did = row.text(4)
        // The table's CHECK admits no other text.
        status = ActivityStatus(rawValue: row.text(5)) ?? .error
        errorMessage = row.optionalText(6)
        payloadIsText = row.isText(7)
        payload = row.bytes(7)
        rkey = row.text(8)
        rev = row.text(9)
        cid = row.text(10)
        receivedAtMicroseconds = row.int64(11)
        attempts = Int(row.int64(12))
        errorClass = row.optionalText(13).flatMap(ErrorClass.init)
        nextAttemptMicroseconds = row.optionalInt64(14)
    }

    /// The same with another number of attempts.
    package func with(attempts: Int) -> ActivityEntry {
        var entry = self
        entry.attempts = attempts
        return entry
    }

    /// The same with another payload, a text.
    package func with(text: [UInt8]) -> ActivityEntry {
        var entry = self
        entry.payload = text
        entry.payloadIsText = true
        return entry
    }
}
