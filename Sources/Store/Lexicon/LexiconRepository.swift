package import GRDB

/// A stored lexicon.
package struct LexiconEntry: Sendable, Equatable {
    /// The NSID.
    package let id: String

    package let json: String

    /// When it was first stored, as ``UTCTimestamp`` writes it.
    package let createdAt: String

    init(row: StatementRow) {
        id = row.text(0)
        json = row.text(1)
        createdAt = row.text(2)
    }
}

/// The lexicons, by NSID.
package struct LexiconRepository {
    private let database: Database

    package init(_ database: Database) {
        self.database = database
    }

    /// Stores a lexicon; one of the same id keeps the time at which it was first stored.
    ///
    /// - Parameters:
    ///   - id: The NSID.
    ///   - json: The lexicon.
    ///   - createdAt: As ``UTCTimestamp`` writes it.
    /// - Throws: `DatabaseError`.
    package func put(_ id: String, json: String, createdAt: String) throws {
        let statement = BoundStatement(
            database,
            """
            INSERT INTO lexicon (id, json, created_at) VALUES (?, ?, ?)
            ON CONFLICT DO UPDATE SET json = excluded.json
            """
        )
        try statement.run(id, json, createdAt)
    }

    /// The lexicon of an id, or nil when none is stored.
    package func get(_ id: String) throws -> LexiconEntry? {
        let statement = BoundStatement(database, "SELECT id, json, created_at FROM lexicon WHERE id = ?")
        return try statement.first(id, read: LexiconEntry.init)
    }

    /// A page of the lexicons, by id.
    ///
    /// - Parameters:
    ///   - limit: How many at most.
    ///   - id: Only later ids; nil for the first page.
    /// - Returns: The lexicons; fewer than `limit` at the end.
    /// - Throws: `DatabaseError`.
    package func list(limit: Int = PageLimit.entries, after id: String? = nil) throws -> [LexiconEntry] {
        let statement = BoundStatement(
            database,
            "SELECT id, json, created_at FROM lexicon WHERE id > ? ORDER BY id LIMIT ?"
        )
        return try statement.all(id ?? "", limit, read: LexiconEntry.init)
    }

    /// Removes a lexicon.
    ///
    /// - Parameter id: The NSID.
    /// - Returns: Whether there was one.
    /// - Throws: `DatabaseError`.
    @discardableResult
    package func delete(_ id: String) throws -> Bool {
        try BoundStatement(database, "DELETE FROM lexicon WHERE id = ?").run(id) > 0
    }
}
