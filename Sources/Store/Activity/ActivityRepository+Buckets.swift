extension ActivityRepository {
    /// Counts the finished events of a span, from the sums per minute.
    ///
    /// - Parameters:
    ///   - range: The span.
    ///   - nowMicroseconds: Where it ends, since the Unix epoch.
    /// - Returns: Exactly ``ActivityBucketRange/count`` parts, oldest first; the last one holds the minute of now.
    /// - Throws: `DatabaseError`.
    package func buckets(_ range: ActivityBucketRange, nowMicroseconds: Int64) throws -> [ActivityBucket] {
        let first = range.firstMinute(nowMicroseconds: nowMicroseconds)
        let width = range.widthMinutes
        var buckets = (0..<range.count).map { index in
            ActivityBucket(startMicroseconds: (first + Int64(index) * width) * UTCTimestamp.microsecondsPerMinute)
        }
        let statement = BoundStatement(
            database,
            """
            SELECT (minute - ?1) / ?2, sum(creates), sum(updates), sum(deletes), sum(errors)
            FROM activity_minute WHERE minute >= ?1 AND minute < ?3 GROUP BY 1
            """
        )
        try statement.walk([first, width, first + Int64(range.count) * width]) { row in
            let index = Int(row.int64(0))
            buckets[index].creates = row.int64(1)
            buckets[index].updates = row.int64(2)
            buckets[index].deletes = row.int64(3)
            buckets[index].errors = row.int64(4)
            return true
        }
        return buckets
    }
}
