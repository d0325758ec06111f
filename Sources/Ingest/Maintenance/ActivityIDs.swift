package import Store

/// Finds events of the log for those who take them one by one.
package enum ActivityIDs {
    private static let pageSize = 1_000

    /// The ids of the events that a filter finds, newest first by the events' time.
    ///
    /// Each page is a read of its own, so that the write-ahead log is not held up.
    ///
    /// - Parameters:
    ///   - filter: which events.
    ///   - limit: how many at most; nil for all.
    ///   - store: the database.
    /// - Returns: the ids.
    /// - Throws: `DatabaseError`.
    package static func find(_ filter: ActivityFilter, limit: Int? = nil, in store: Store) throws -> [Int64] {
        var ids: [Int64] = []
        var next: ActivityCursor?
        repeat {
            let wanted = min(pageSize, limit.map { $0 - ids.count } ?? pageSize)
            guard wanted > 0 else { break }
            let page = try store.read { db in
                try ActivityRepository(db).recentIDs(filter, limit: wanted, after: next)
            }
            ids += page.ids
            next = page.next
        } while next != nil
        return ids
    }
}
