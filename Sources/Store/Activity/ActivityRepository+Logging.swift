import GRDB
import GRDBSQLite
import Texts

/// Commit 1's part of the log.
extension ActivityRepository {
    /// Logs events as `processing`, in their order.
    ///
    /// - Parameter events: The events.
    /// - Returns: The id of each, or nil where the log, or an event before it, has its key already. The ids grow.
    /// - Throws: `DatabaseError`.
    package func log(_ events: [NewActivity]) throws -> [Int64?] {
        var ids: [Int64?] = []
        ids.reserveCapacity(events.count)
        var rest = events[...]
        while !rest.isEmpty {
            let chunk = rest.prefix(ActivityRepository.eventsPerStatement)
            rest = rest.dropFirst(chunk.count)
            if chunk.count == ActivityRepository.eventsPerStatement {
                try ids.append(contentsOf: logTogether(chunk))
            } else {
                for event in chunk { try ids.append(logAlone(event)) }
            }
        }
        return ids
    }

    /// Notes that all events before an id have ended, unless some are still `processing`.
    ///
    /// To be called before the sums are changed (``CounterChanges/logged(count:bytes:)``), by which it can tell.
    ///
    /// - Parameter id: The first of the events that were just logged.
    /// - Throws: `DatabaseError`.
    package func openInbox(from id: Int64) throws {
        guard try CounterRepository(database).value(ActivityStatus.processing.rawValue) == 0 else { return }
        let statement = BoundStatement(
            database,
            """
            INSERT INTO counter (name, value) VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value
            """
        )
        try statement.run(CounterName.inboxFrom, id)
    }

    /// The statement that logs one event, unless its key is there; any other constraint that it breaks is an error.
    static let insertionOfOne = "INSERT \(target) VALUES \(row) ON CONFLICT DO NOTHING"

    /// The statement that logs ``eventsPerStatement`` events.
    ///
    /// OR IGNORE leaves out a row that breaks any constraint, not only one whose key is there, but so it needs no journal
    /// of its own to be undone by, which would cost what the statement saves. ``settle(_:inserted:)`` finds out why a
    /// row was left out.
    static let insertionOfMany = """
        INSERT OR IGNORE \(target) VALUES \(Array(repeating: row, count: eventsPerStatement).joined(separator: ", "))
        """

    private static let target = """
        INTO jetstream_activity
        (timestamp, operation, collection, did, status, event_json, rkey, rev, cid, received_at)
        """
    private static let row = "(?, ?, ?, ?, 'processing', ?, ?, ?, ?, ?)"

    private static func arguments(
        _ event: NewActivity
    ) -> (ByteText, ByteText, ByteText, ByteText, BorrowedBytes, ByteText, ByteText, ByteText, Int64) {
        (
            event.timestamp, event.operation, event.collection, event.did,
            BorrowedBytes(bytes: event.payload, isText: event.payloadIsText),
            event.rkey, event.rev, event.cid, event.receivedAtMicroseconds
        )
    }

    private func logTogether(_ events: ArraySlice<NewActivity>) throws -> [Int64?] {
        let inserted = try insertMany.run(rows: events, ActivityRepository.arguments)
        guard inserted == events.count else { return try settle(events, inserted: inserted) }
        let last = sqlite3_last_insert_rowid(database.sqliteConnection)
        return (last - Int64(inserted) + 1...last).map { $0 }
    }

    private func logAlone(_ event: NewActivity) throws -> Int64? {
        let inserted = try insertOne.run(rows: CollectionOfOne(event), ActivityRepository.arguments)
        return inserted == 0 ? nil : sqlite3_last_insert_rowid(database.sqliteConnection)
    }

    /// Finds out which of some events a statement has logged that left some out.
    ///
    /// The ids that it gave are the greatest. An event that cannot be found broke another constraint than that of its
    /// key, and is tried again alone, to learn which.
    private func settle(_ events: ArraySlice<NewActivity>, inserted: Int) throws -> [Int64?] {
        let found = try events.map { event in
            try selectKey.first(event.rev, event.did, event.collection, event.rkey, event.operation) { $0.int64(0) }
        }
        var new = Set(Set(found.compactMap { $0 }).sorted().suffix(inserted))
        return try zip(events, found).map { event, id in
            guard let id else { return try logAlone(event) }
            return new.remove(id)
        }
    }
}
