package import GRDB

/// The sums over the whole stream; ``CounterChanges`` writes them.
package struct CounterRepository {
    private let database: Database

    package init(_ database: Database) {
        self.database = database
    }

    /// One total; 0 when nothing was counted under the name.
    package func value(_ name: String) throws -> Int64 {
        try BoundStatement(database, "SELECT value FROM counter WHERE name = ?").first(name) { $0.int64(0) } ?? 0
    }

    /// How many creates, updates and deletes are in the log of a stretch of time.
    ///
    /// - Parameters:
    ///   - first: the first minute, counted from the Unix epoch.
    ///   - end: the minute behind the last one.
    /// - Returns: their number; what was cleaned up no longer counts.
    /// - Throws: `DatabaseError`.
    package func commits(fromMinute first: Int64, toMinute end: Int64) throws -> Int {
        let sql = """
            SELECT ifnull(sum(creates + updates + deletes), 0) FROM activity_minute WHERE minute >= ? AND minute < ?
            """
        return Int(try BoundStatement(database, sql).first(first, end) { $0.int64(0) } ?? 0)
    }

    /// All sums; the table has a row for each name and does not grow with the log.
    package func totals() throws -> ActivityTotals {
        var totals = ActivityTotals()
        try BoundStatement(database, "SELECT name, value FROM counter").walk([]) { row in
            totals.set(row.text(0), row.int64(1))
            return true
        }
        return totals
    }
}

extension ActivityTotals {
    fileprivate mutating func set(_ name: String, _ value: Int64) {
        if let status = ActivityStatus(rawValue: name) {
            byStatus[status] = value
        } else if name == CounterName.stored {
            stored = value
        } else if name == CounterName.payloadBytes {
            payloadBytes = value
        } else if name.hasPrefix(CounterName.skippedPrefix) {
            skippedByReason[String(name.dropFirst(CounterName.skippedPrefix.count))] = value
        } else if name.hasPrefix(CounterName.cleanedPrefix),
            let status = ActivityStatus(rawValue: String(name.dropFirst(CounterName.cleanedPrefix.count)))
        {
            cleanedByStatus[status] = value
        }
    }
}
