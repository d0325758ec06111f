package import GRDB
import GRDBSQLite

/// A part of the stream that may have been missed.
package struct GapRow: Sendable, Equatable {
    package let id: Int64
    package let host: String
    package let wire: String

    /// The last time that is known to be covered, in microseconds since the Unix epoch.
    package let fromMicroseconds: Int64

    /// The first time that is covered again, in microseconds since the Unix epoch.
    package let toMicroseconds: Int64

    package let cause: String

    /// Microseconds since the Unix epoch.
    package let detectedAtMicroseconds: Int64

    /// When it was filled, since the Unix epoch, and by what; nil while it is open.
    package let healedAtMicroseconds: Int64?
    package let healedHow: String?

    static let columns = "id, host, wire, from_us, to_us, cause, detected_at, healed_at, healed_how"

    init(row: StatementRow) {
        id = row.int64(0)
        host = row.text(1)
        wire = row.text(2)
        fromMicroseconds = row.int64(3)
        toMicroseconds = row.int64(4)
        cause = row.text(5)
        detectedAtMicroseconds = row.int64(6)
        healedAtMicroseconds = row.optionalInt64(7)
        healedHow = row.optionalText(8)
    }
}

/// The gaps: whenever events may have been missed, it is written down here (invariant 8).
package struct GapRepository {
    private let database: Database

    package init(_ database: Database) {
        self.database = database
    }

    /// Notes a gap, and counts it.
    ///
    /// - Parameters:
    ///   - host: The host that the events were missed from.
    ///   - wire: The protocol, `v1` or `v2`.
    ///   - fromMicroseconds: The last covered time, since the Unix epoch.
    ///   - toMicroseconds: The next covered time, since the Unix epoch.
    ///   - cause: What happened, in words for an operator.
    ///   - detectedAtMicroseconds: Since the Unix epoch.
    /// - Returns: The gap's id.
    /// - Throws: `DatabaseError`.
    package func record(
        host: String,
        wire: String,
        fromMicroseconds: Int64,
        toMicroseconds: Int64,
        cause: String,
        detectedAtMicroseconds: Int64
    ) throws -> Int64 {
        let statement = BoundStatement(
            database,
            "INSERT INTO gap (host, wire, from_us, to_us, cause, detected_at) VALUES (?, ?, ?, ?, ?, ?)"
        )
        try statement.run(host, wire, fromMicroseconds, toMicroseconds, cause, detectedAtMicroseconds)
        let id = sqlite3_last_insert_rowid(database.sqliteConnection)
        var changes = CounterChanges()
        changes.add(CounterName.gaps, 1)
        try changes.apply(database)
        return id
    }

    /// Moves the end of a gap to a later time; an earlier one changes nothing.
    package func extend(_ id: Int64, toMicroseconds: Int64) throws {
        try BoundStatement(database, "UPDATE gap SET to_us = max(to_us, ?) WHERE id = ?").run(toMicroseconds, id)
    }

    /// Notes that a gap was filled, and counts it; the first time stays.
    ///
    /// - Parameters:
    ///   - id: The gap.
    ///   - atMicroseconds: Since the Unix epoch.
    ///   - how: By what, in words for an operator.
    /// - Throws: `DatabaseError`.
    package func heal(_ id: Int64, atMicroseconds: Int64, how: String) throws {
        let statement = BoundStatement(
            database,
            "UPDATE gap SET healed_at = ?, healed_how = ? WHERE id = ? AND healed_at IS NULL"
        )
        try statement.run(atMicroseconds, how, id)
        guard sqlite3_changes(database.sqliteConnection) > 0 else { return }
        var changes = CounterChanges()
        changes.add(CounterName.healedGaps, 1)
        try changes.apply(database)
    }

    /// A page of the gaps, newest first.
    ///
    /// - Parameters:
    ///   - limit: How many at most.
    ///   - before: Only smaller ids, such as the last one of the page before; nil for the first page.
    /// - Returns: The gaps; fewer than `limit` at the end.
    /// - Throws: `DatabaseError`.
    package func list(limit: Int, before: Int64? = nil) throws -> [GapRow] {
        let sql = "SELECT \(GapRow.columns) FROM gap WHERE id < ? ORDER BY id DESC LIMIT ?"
        return try BoundStatement(database, sql).all(before ?? .max, limit, read: GapRow.init)
    }

    /// How many of the newest gaps are searched for an open one.
    private static let searchedGaps = 1_000

    /// The newest gap of a cause that was not filled, among the newest thousand; nil when there is none.
    package func newestOpen(causedBy word: String) throws -> GapRow? {
        let sql = """
            SELECT \(GapRow.columns) FROM gap
            WHERE id > (SELECT max(id) FROM gap) - ?1 AND healed_at IS NULL AND substr(cause, 1, length(?2)) = ?2
            ORDER BY id DESC LIMIT 1
            """
        return try BoundStatement(database, sql).first(GapRepository.searchedGaps, word, read: GapRow.init)
    }

    /// How many gaps were noted, from the sums.
    package func count() throws -> Int64 {
        try CounterRepository(database).value(CounterName.gaps)
    }

    /// How many of them were not filled, from the sums.
    package func openCount() throws -> Int64 {
        try count() - CounterRepository(database).value(CounterName.healedGaps)
    }
}
