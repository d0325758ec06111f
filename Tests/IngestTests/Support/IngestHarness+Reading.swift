import GRDB
import Store
import Testing

@testable import Ingest

/// What is in the database, for tests to look at.
extension IngestHarness {
    /// All rows of the log, by id.
    func log() throws -> [ActivityEntry] {
        try store.read { db in
            let ids = try Int64.fetchAll(db, sql: "SELECT id FROM jetstream_activity ORDER BY id")
            return try ids.compactMap { try ActivityRepository(db).entry($0) }
        }
    }

    /// Status and message of all rows of the log, by id.
    func outcomes() throws -> [Outcome] {
        try log().map { Outcome(status: $0.status, message: $0.errorMessage, errorClass: $0.errorClass) }
    }

    typealias Outcome = EventApplier.Outcome

    func count(status: ActivityStatus) throws -> Int {
        let sql = "SELECT count(*) FROM jetstream_activity WHERE status = ?"
        return try store.read { db in try Int.fetchOne(db, sql: sql, arguments: [status.rawValue]) ?? 0 }
    }

    func record(_ commit: SampleCommit) throws -> RecordEntry? {
        try store.read { db in try RecordRepository(db).record(commit.key) }
    }

    func tombstone(_ commit: SampleCommit) throws -> String? {
        try store.read { db in try TombstoneRepository(db).revision(of: commit.key) }
    }

    func actor(_ did: String = did("alice")) throws -> ActorEntry? {
        try store.read { db in try ActorRepository(db).find(did) }
    }

    func totals() throws -> ActivityTotals {
        try store.read { db in try CounterRepository(db).totals() }
    }

    func position() throws -> StreamPositionRow? {
        try store.read { db in try CursorRepository(db).newest() }
    }

    /// One text or number, for what no repository tells.
    func text(_ sql: String) throws -> String? {
        try store.read { db in try String.fetchOne(db, sql: sql) }
    }

    func number(_ sql: String) throws -> Int64? {
        try store.read { db in try Int64.fetchOne(db, sql: sql) }
    }

    func execute(_ sql: String) throws {
        try store.writeWithoutTransaction { db in try db.execute(sql: sql) }
    }
}

/// Invariant 5, as a check of any test.
extension IngestHarness {
    /// Expects that all sums in the database are what a count over its tables gives.
    func expectSums(sourceLocation: SourceLocation = #_sourceLocation) throws {
        let totals = try totals()
        #expect(totals.remainder == 0, sourceLocation: sourceLocation)
        let log = try log()
        for status in ActivityStatus.allCases {
            let rows = Int64(log.count { $0.status == status })
            #expect(totals.rows(status) == rows, "\(status)", sourceLocation: sourceLocation)
        }
        let bytes = log.reduce(Int64(0)) { $0 + Int64($1.payload.count) }
        #expect(totals.payloadBytes == bytes, sourceLocation: sourceLocation)
        #expect(try minutes() == minutes(of: log), sourceLocation: sourceLocation)
        let accounts = try store.read { db in try ActorRepository(db).counts() }
        #expect(try accounts.hidden == number("SELECT sum(hidden) FROM actor") ?? 0, sourceLocation: sourceLocation)
        let marked = "SELECT count(resync_rev) FROM actor"
        #expect(try accounts.needingResync == number(marked), sourceLocation: sourceLocation)
        #expect(try recordCounts("record_count") == recordCounts("record"), sourceLocation: sourceLocation)
    }

    private func minutes() throws -> [String: Int64] {
        try store.read { db in
            var minutes: [String: Int64] = [:]
            for row in try Row.fetchAll(db, sql: "SELECT * FROM activity_minute") {
                for kind in MinuteKind.allCases where (row[kind.rawValue] as Int64) != 0 {
                    minutes["\(row["minute"] as Int64) \(kind)"] = row[kind.rawValue]
                }
            }
            return minutes
        }
    }

    private func minutes(of log: [ActivityEntry]) throws -> [String: Int64] {
        var minutes: [String: Int64] = [:]
        for entry in log where entry.status != .processing {
            let minute = UTCTimestamp.minute(try #require(UTCTimestamp.microseconds(entry.timestamp)))
            let kind = MinuteKind(operation: entry.operation, status: entry.status)
            minutes["\(minute) \(kind)", default: 0] += 1
        }
        return minutes
    }

    private func recordCounts(_ table: String) throws -> [String: Int64] {
        let number = table == "record" ? "count(*)" : "sum(records)"
        return try store.read { db in
            let rows = try Row.fetchAll(db, sql: "SELECT collection, \(number) AS n FROM \(table) GROUP BY collection")
            return Dictionary(uniqueKeysWithValues: rows.map { ($0["collection"] as String, $0["n"] as Int64) })
        }
    }
}
