package import GRDB

/// What people did to the database that its own events do not tell; no row names anybody, or holds content.
package struct AuditRepository {
    private let database: Database

    package init(_ database: Database) {
        self.database = database
    }

    /// Adds a row.
    ///
    /// - Parameters:
    ///   - action: The command.
    ///   - counts: What it came to, as a JSON object of numbers.
    ///   - timeMicroseconds: When, since the Unix epoch.
    /// - Throws: `DatabaseError`.
    package func add(_ action: String, counts: String, atMicroseconds timeMicroseconds: Int64) throws {
        try BoundStatement(database, "INSERT INTO audit (at, action, counts) VALUES (?, ?, ?)")
            .run(timeMicroseconds, action, counts)
    }
}
