import Ingest
import Jetstream
import Store

/// Puts a ``StatusReport`` together.
enum StatusQuestion {
    /// The gaps that a report names; the others are counted.
    private static let newestGaps = 10

    /// Asks the database.
    ///
    /// - Parameters:
    ///   - store: The open database.
    ///   - nowMicroseconds: Since the Unix epoch.
    /// - Returns: One state of it, the file sizes aside.
    /// - Throws: `DatabaseError`, or `StoreError` when the daemon's lock may not be looked at.
    static func report(_ store: Store, nowMicroseconds: Int64) throws -> StatusReport {
        let sizes = store.fileSizes()
        let holder = try DatabaseLock.holder(ofDatabaseAt: store.path)
        let file = StatusReport.File(path: store.path, bytes: sizes.databaseBytes, walBytes: sizes.walBytes)
        return try store.read { database in
            let activity = ActivityRepository(database)
            let totals = try CounterRepository(database).totals()
            let gaps = GapRepository(database)
            let errors = try [ActivityStatus.error, .validationError].compactMap { try activity.newest(status: $0) }
            return StatusReport(
                database: file,
                run: try RunRepository(database).load()
                    .map { RunReport($0, holder: holder, nowMicroseconds: nowMicroseconds) },
                positions: try CursorRepository(database).all()
                    .map { StatusReport.Position($0, nowMicroseconds: nowMicroseconds) },
                rows: StatusReport.byName(totals.rows),
                payloadBytes: totals.payloadBytes,
                totals: StatusReport.Totals(totals),
                retries: StatusReport.Retries(try activity.waiting()),
                gaps: StatusReport.Gaps(
                    count: try gaps.count(),
                    open: try gaps.openCount(),
                    newest: try gaps.list(limit: newestGaps).map(GapReport.init)
                ),
                accounts: try AccountsReport(ActorRepository(database)),
                lastEvent: try activity.recent(ActivityFilter(sinceTimestamp: ""), limit: 1).entries.first
                    .map(ActivityReport.init),
                lastError: errors.max { $0.timestamp < $1.timestamp }.map(ActivityReport.init)
            )
        }
    }
}
