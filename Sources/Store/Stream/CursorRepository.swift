package import GRDB

/// Where the stream of one host stands.
package struct StreamPositionRow: Sendable, Equatable {
    package var host: String

    /// The protocol that the position belongs to, `v1` or `v2`.
    package var wire: String

    /// What the number is: `seq` or `time`.
    package var kind: String

    package var cursor: Int64

    /// The time that the position stands for, in microseconds since the Unix epoch; any other host is asked by it.
    package var timeMicroseconds: Int64

    /// Whether no event was stored yet, and the position is the time of the very first connect.
    package var isPlaceholder: Bool

    /// Up to when nothing can have been missed though nothing came, since the Unix epoch; nil when it is not known.
    package var coveredUntilMicroseconds: Int64?

    /// Microseconds since the Unix epoch; later than that of every row that was stored before, whatever the clock says.
    package var updatedAtMicroseconds: Int64

    package init(
        host: String,
        wire: String,
        kind: String,
        cursor: Int64,
        timeMicroseconds: Int64,
        isPlaceholder: Bool = false,
        coveredUntilMicroseconds: Int64? = nil,
        updatedAtMicroseconds: Int64
    ) {
        self.host = host
        self.wire = wire
        self.kind = kind
        self.cursor = cursor
        self.timeMicroseconds = timeMicroseconds
        self.isPlaceholder = isPlaceholder
        self.coveredUntilMicroseconds = coveredUntilMicroseconds
        self.updatedAtMicroseconds = updatedAtMicroseconds
    }

    static let columns = "host, wire, kind, cursor, time_us, is_placeholder, covered_until, updated_at"

    init(row: StatementRow) {
        host = row.text(0)
        wire = row.text(1)
        kind = row.text(2)
        cursor = row.int64(3)
        timeMicroseconds = row.int64(4)
        isPlaceholder = row.bool(5)
        coveredUntilMicroseconds = row.optionalInt64(6)
        updatedAtMicroseconds = row.int64(7)
    }
}

/// The position of each host that was ever read; a cursor belongs to its host (invariant 7).
package struct CursorRepository {
    private let database: Database
    private let upsert: BoundStatement

    package init(_ database: Database) {
        self.database = database
        upsert = BoundStatement(
            database,
            """
            INSERT INTO jetstream_cursor (\(StreamPositionRow.columns))
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, \(CursorRepository.updatedAt("?8", host: "?1")))
            ON CONFLICT DO UPDATE SET wire = excluded.wire, kind = excluded.kind, cursor = excluded.cursor,
                time_us = excluded.time_us, is_placeholder = excluded.is_placeholder,
                covered_until = excluded.covered_until, updated_at = excluded.updated_at
            """
        )
    }

    /// Stores a host's position in place of the one before; a nil `coveredUntilMicroseconds` clears it.
    package func save(_ position: StreamPositionRow) throws {
        try upsert.run(
            position.host,
            position.wire,
            position.kind,
            position.cursor,
            position.timeMicroseconds,
            position.isPlaceholder,
            position.coveredUntilMicroseconds,
            position.updatedAtMicroseconds
        )
    }

    /// Notes up to when a connection without events covers the stream; an earlier time than the stored is ignored.
    ///
    /// - Parameters:
    ///   - host: The host; one without a position is no error.
    ///   - untilMicroseconds: Since the Unix epoch.
    ///   - updatedAtMicroseconds: Since the Unix epoch.
    /// - Throws: `DatabaseError`.
    package func cover(_ host: String, untilMicroseconds: Int64, updatedAtMicroseconds: Int64) throws {
        let statement = BoundStatement(
            database,
            """
            UPDATE jetstream_cursor SET covered_until = max(ifnull(covered_until, ?1), ?1),
                updated_at = \(CursorRepository.updatedAt("?2", host: "?3"))
            WHERE host = ?3
            """
        )
        try statement.run(untilMicroseconds, updatedAtMicroseconds, host)
    }

    /// When a host's row was stored: after that of any other, also where the machine's clock has been put back.
    private static func updatedAt(_ now: String, host: String) -> String {
        "max(\(now), (SELECT ifnull(max(updated_at), 0) + 1 FROM jetstream_cursor WHERE host <> \(host)))"
    }

    /// The position of a host, or nil when it was never read.
    package func find(_ host: String) throws -> StreamPositionRow? {
        let sql = "SELECT \(StreamPositionRow.columns) FROM jetstream_cursor WHERE host = ?"
        return try BoundStatement(database, sql).first(host, read: StreamPositionRow.init)
    }

    /// The position that was stored last, whichever host's, or nil before the very first connect.
    package func newest() throws -> StreamPositionRow? {
        let sql = "SELECT \(StreamPositionRow.columns) FROM jetstream_cursor ORDER BY updated_at DESC, host LIMIT 1"
        return try BoundStatement(database, sql).first(read: StreamPositionRow.init)
    }

    /// All positions, by host; there are as many as hosts were ever configured.
    package func all() throws -> [StreamPositionRow] {
        let sql = "SELECT \(StreamPositionRow.columns) FROM jetstream_cursor ORDER BY host"
        return try BoundStatement(database, sql).all(read: StreamPositionRow.init)
    }
}
