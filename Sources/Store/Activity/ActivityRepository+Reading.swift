extension ActivityRepository {
    /// A page of the log, newest first by the events' time, ties by id.
    ///
    /// - Parameters:
    ///   - filter: What to list.
    ///   - limit: How many entries at most, up to ``PageLimit/entries``.
    ///   - cursor: ``ActivityPage/next`` of the page before; nil for the first.
    ///   - examining: How many rows may be examined.
    /// - Returns: The page, also when it ends early because enough rows were examined or enough bytes were read.
    /// - Throws: `DatabaseError`.
    package func recent(
        _ filter: ActivityFilter,
        limit: Int,
        after cursor: ActivityCursor? = nil,
        examining: Int = PageLimit.examinedRows
    ) throws -> ActivityPage {
        let walk = try walk(filter, limit: limit, after: cursor, examining: examining)
        let (entries, next) = try walk.page(size: \.payload.count, fetch: entry)
        return ActivityPage(entries: entries, next: next, examined: walk.examined)
    }

    /// The ids of a page of the log, for those who take the events one by one.
    ///
    /// - Parameters:
    ///   - filter: What to list.
    ///   - limit: How many at most, up to ``PageLimit/entries``.
    ///   - cursor: What this returned for the page before; nil for the first.
    /// - Returns: The ids, newest first by the events' time, and where the next page begins; nil at the end.
    /// - Throws: `DatabaseError`.
    package func recentIDs(
        _ filter: ActivityFilter,
        limit: Int,
        after cursor: ActivityCursor?
    ) throws -> (ids: [Int64], next: ActivityCursor?) {
        let walk = try walk(filter, limit: limit, after: cursor, examining: PageLimit.examinedRows)
        let (ids, next) = walk.page(size: { _ in 0 }, fetch: { $0 })
        return (ids, next)
    }

    private func walk(
        _ filter: ActivityFilter,
        limit: Int,
        after cursor: ActivityCursor?,
        examining: Int
    ) throws -> BoundedWalk<ActivityCursor> {
        var walk = BoundedWalk<ActivityCursor>(limit: limit, examining: examining)
        for part in ActivityWalk(filter, after: cursor).parts where !walk.isFull {
            try BoundStatement(database, part.sql).walk(part.arguments) { row in
                let id = row.int64(0)
                return walk.add(id: id, isMatch: row.bool(2), cursor: ActivityCursor(timestamp: row.text(1), id: id))
            }
        }
        return walk
    }

    /// The newest event of a status by the events' time, or nil when there is none.
    ///
    /// For `success`, which has no index of its own, the search ends after ``PageLimit/examinedRows`` others.
    package func newest(status: ActivityStatus) throws -> ActivityEntry? {
        try recent(ActivityFilter(sinceTimestamp: "", status: status), limit: 1).entries.first
    }

    /// The time of the newest commit in the log that is no later than a moment, since the Unix epoch.
    ///
    /// Nil when there is none among the newest ``PageLimit/examinedRows`` rows.
    package func newestCommitMicroseconds(noLaterThan microseconds: Int64) throws -> Int64? {
        let statement = BoundStatement(
            database,
            """
            SELECT timestamp FROM (
                SELECT timestamp, operation FROM jetstream_activity INDEXED BY activity_timestamp
                WHERE timestamp <= ? ORDER BY timestamp DESC, id DESC LIMIT ?
            ) WHERE operation IN ('create', 'update', 'delete') LIMIT 1
            """
        )
        let newest = try statement.first(UTCTimestamp.text(microseconds: microseconds), PageLimit.examinedRows) {
            $0.text(0)
        }
        return newest.flatMap(UTCTimestamp.microseconds)
    }

    /// Events that are still `processing`, by id; there are never more than a batch or two of them.
    ///
    /// - Parameters:
    ///   - id: Only greater ids; 0 for all.
    ///   - limit: How many at most. Large payloads make it fewer, so only an empty answer is the end.
    /// - Returns: The events.
    /// - Throws: `DatabaseError`.
    package func processing(after id: Int64, limit: Int) throws -> [ActivityEntry] {
        let statement = BoundStatement(
            database,
            """
            SELECT id FROM jetstream_activity NOT INDEXED
            WHERE id >= \(ActivityRepository.inboxFrom) AND status = 'processing' AND id > ? ORDER BY id LIMIT ?
            """
        )
        var walk = BoundedWalk<Int64>(limit: limit, examining: limit)
        for id in try statement.all(id, limit, read: { $0.int64(0) }) {
            _ = walk.add(id: id, isMatch: true, cursor: id)
        }
        return try walk.page(size: \.payload.count, fetch: entry).entries
    }

    /// The earliest time among the events that are `processing` or ended in `error`, or nil when there are none.
    package func oldestOpenTimestamp() throws -> String? {
        let inInbox = BoundStatement(
            database,
            """
            SELECT min(timestamp) FROM jetstream_activity NOT INDEXED
            WHERE id >= \(ActivityRepository.inboxFrom) AND status = 'processing'
            """
        )
        let failed = BoundStatement(
            database,
            """
            SELECT min(timestamp) FROM jetstream_activity INDEXED BY activity_failed
            WHERE status <> 'success' AND status <> 'processing' AND status = 'error'
            """
        )
        let oldest = try [inInbox, failed].compactMap { try $0.first { $0.optionalText(0) } ?? nil }
        return oldest.min()
    }

    /// The id before which no event is `processing`, as a term of a statement.
    static let inboxFrom = "ifnull((SELECT value FROM counter WHERE name = '\(CounterName.inboxFrom)'), 0)"
}
