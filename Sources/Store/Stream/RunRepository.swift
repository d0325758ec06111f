package import GRDB

/// What the daemon that runs, or ran last, says of itself.
package struct RunRow: Sendable, Equatable {
    package let processID: Int

    /// Microseconds since the Unix epoch.
    package let startedAtMicroseconds: Int64

    /// Microseconds since the Unix epoch.
    package let updatedAtMicroseconds: Int64

    /// The sums of the run, as the daemon wrote them.
    package let stateJSON: String
}

/// The one row about the daemon's run, which commands beside it read.
package struct RunRepository {
    private let database: Database
    private let upsert: BoundStatement

    package init(_ database: Database) {
        self.database = database
        upsert = BoundStatement(
            database,
            """
            INSERT INTO run (id, process_id, started_at, updated_at, state) VALUES (1, ?, ?, ?, ?)
            ON CONFLICT DO UPDATE SET process_id = excluded.process_id, started_at = excluded.started_at,
                updated_at = excluded.updated_at, state = excluded.state
            """
        )
    }

    /// Stores the run in place of what was stored.
    ///
    /// - Parameters:
    ///   - processID: The daemon's process.
    ///   - startedAtMicroseconds: Since the Unix epoch.
    ///   - updatedAtMicroseconds: Since the Unix epoch.
    ///   - stateJSON: The sums of the run.
    /// - Throws: `DatabaseError`.
    package func save(
        processID: Int,
        startedAtMicroseconds: Int64,
        updatedAtMicroseconds: Int64,
        stateJSON: String
    ) throws {
        try upsert.run(processID, startedAtMicroseconds, updatedAtMicroseconds, stateJSON)
    }

    /// What was stored last, or nil when no daemon ever ran.
    package func load() throws -> RunRow? {
        let statement = BoundStatement(database, "SELECT process_id, started_at, updated_at, state FROM run")
        return try statement.first { row in
            RunRow(
                processID: Int(row.int64(0)),
                startedAtMicroseconds: row.int64(1),
                updatedAtMicroseconds: row.int64(2),
                stateJSON: row.text(3)
            )
        }
    }
}
