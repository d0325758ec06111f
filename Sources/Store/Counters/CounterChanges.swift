package import GRDB
package import Texts

/// What a transaction changes in the sums, added up in memory and written once, in the same transaction.
///
/// The sums' meaning (invariant 5): `stored` and the statuses count since the database was created, `processing` is the
/// present number, and per status the rows in the log are the status' count less its `cleaned_` count.
package struct CounterChanges: Sendable, Equatable {
    private(set) var totals: [String: Int64] = [:]
    private(set) var minutes: [Int64: [MinuteKind: Int64]] = [:]
    private(set) var recordCounts: [ByteText: Int64] = [:]

    package init() {}

    /// Adds to a total of any name.
    package mutating func add(_ name: String, _ count: Int64) {
        totals[name, default: 0] += count
    }

    /// Adds finished events to the minute of their `timestamp`, which ``UTCTimestamp/minute(_:)`` tells.
    package mutating func minute(_ minute: Int64, operation: String, status: ActivityStatus, _ count: Int64) {
        minutes[minute, default: [:]][MinuteKind(operation: operation, status: status), default: 0] += count
    }

    /// Adds to the number of a collection's records.
    package mutating func recordCount(_ collection: ByteText, _ count: Int64) {
        recordCounts[collection, default: 0] += count
    }

    /// Counts events that were logged as `processing`, with the sum of their payloads' bytes.
    package mutating func logged(count: Int64, bytes: Int64) {
        add(CounterName.stored, count)
        add(ActivityStatus.processing.rawValue, count)
        add(CounterName.payloadBytes, bytes)
    }

    /// Counts events that were `processing` and ended.
    package mutating func finished(
        minute: Int64,
        operation: String,
        status: ActivityStatus,
        count: Int64 = 1
    ) {
        retried(minute: minute, operation: operation, from: .processing, to: status, count: count)
    }

    /// Counts events that were moved from one status to another.
    package mutating func retried(
        minute: Int64,
        operation: String,
        from old: ActivityStatus,
        to new: ActivityStatus,
        count: Int64 = 1
    ) {
        move(old, minute, operation, -count)
        move(new, minute, operation, count)
    }

    /// Counts an event that has another status now, and perhaps another minute or operation.
    package mutating func moved(from old: CountedEvent, to new: CountedEvent) {
        move(old.status, old.minute, old.operation, -1)
        move(new.status, new.minute, new.operation, 1)
    }

    /// Counts events that were not logged.
    package mutating func skipped(reason: String, count: Int64 = 1) {
        add(CounterName.skippedPrefix + reason, count)
    }

    /// Counts the payloads' bytes that were dropped from rows that stay in the log.
    package mutating func emptied(bytes: Int64) {
        add(CounterName.payloadBytes, -bytes)
    }

    /// Adds to the number of actors that are hidden.
    package mutating func hiddenActors(_ count: Int64) {
        add(CounterName.hiddenActors, count)
    }

    /// Adds to the number of actors that need a resync.
    package mutating func resyncActors(_ count: Int64) {
        add(CounterName.resyncActors, count)
    }

    /// Counts finished events that were deleted from the log; nil as the minute leaves the minutes alone.
    mutating func cleaned(minute: Int64?, operation: String, status: ActivityStatus, bytes: Int64) {
        add(CounterName.cleanedPrefix + status.rawValue, 1)
        add(CounterName.payloadBytes, -bytes)
        if let minute {
            self.minute(minute, operation: operation, status: status, -1)
        }
    }

    /// Writes the changes.
    ///
    /// - Parameter database: A connection in the transaction that holds what was counted.
    /// - Throws: `DatabaseError`; the changes are to be applied again after a rollback.
    package func apply(_ database: Database) throws {
        try applyTotals(database)
        try applyMinutes(database)
        try applyRecordCounts(database)
    }

    private mutating func move(_ status: ActivityStatus, _ minute: Int64, _ operation: String, _ count: Int64) {
        add(status.rawValue, count)
        if status != .processing {
            self.minute(minute, operation: operation, status: status, count)
        }
    }

    private func applyTotals(_ database: Database) throws {
        let add = BoundStatement(
            database,
            """
            INSERT INTO counter (name, value) VALUES (?, ?)
            ON CONFLICT DO UPDATE SET value = value + excluded.value
            """
        )
        for (name, count) in totals.sorted(by: { $0.key < $1.key }) where count != 0 {
            try add.run(name, count)
        }
    }

    private func applyMinutes(_ database: Database) throws {
        let add = BoundStatement(
            database,
            """
            INSERT INTO activity_minute (minute, creates, updates, deletes, others, errors) VALUES (?, ?, ?, ?, ?, ?)
            ON CONFLICT DO UPDATE SET creates = creates + excluded.creates, updates = updates + excluded.updates,
                deletes = deletes + excluded.deletes, others = others + excluded.others,
                errors = errors + excluded.errors
            """
        )
        let removeEmpty = BoundStatement(
            database,
            """
            DELETE FROM activity_minute WHERE minute = ?
                AND creates = 0 AND updates = 0 AND deletes = 0 AND others = 0 AND errors = 0
            """
        )
        for (minute, counts) in minutes.sorted(by: { $0.key < $1.key }) where counts.values.contains(where: { $0 != 0 })
        {
            try add.run(
                minute,
                counts[.creates] ?? 0,
                counts[.updates] ?? 0,
                counts[.deletes] ?? 0,
                counts[.others] ?? 0,
                counts[.errors] ?? 0
            )
            if counts.values.contains(where: { $0 < 0 }) { try removeEmpty.run(minute) }
        }
    }

    private func applyRecordCounts(_ database: Database) throws {
        let add = BoundStatement(
            database,
            """
            INSERT INTO record_count (collection, records) VALUES (?, ?)
            ON CONFLICT DO UPDATE SET records = records + excluded.records
            """
        )
        let removeEmpty = BoundStatement(database, "DELETE FROM record_count WHERE collection = ? AND records = 0")
        for (collection, count) in recordCounts.sorted(by: { $0.key < $1.key }) where count != 0 {
            try add.run(collection, count)
            if count < 0 {
                try removeEmpty.run(collection)
            }
        }
    }
}
