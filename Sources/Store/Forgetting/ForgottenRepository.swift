package import GRDB

/// When a person was forgotten, and what of theirs does not come back.
package struct Forgetting: Sendable, Equatable {
    /// Microseconds since the Unix epoch: events of this time and before do not come back.
    package var forgottenAtMicroseconds: Int64

    /// Neither do commits up to this revision, whatever their time.
    package var throughRev: String

    /// Nor any later ones.
    package var isBlocked: Bool

    package init(forgottenAtMicroseconds: Int64, throughRev: String, isBlocked: Bool) {
        self.forgottenAtMicroseconds = forgottenAtMicroseconds
        self.throughRev = throughRev
        self.isBlocked = isBlocked
    }
}

/// Who was forgotten, by hashes of their DIDs with a salt that each database has of its own.
package struct ForgottenRepository {
    private let database: Database
    private let select: BoundStatement

    package init(_ database: Database) {
        self.database = database
        select = BoundStatement(database, "SELECT forgotten_at, through_rev, blocked FROM forgotten WHERE hash = ?")
    }

    /// The salt of the hashes; nil when nobody was ever forgotten.
    package func salt() throws -> String? {
        try BoundStatement(database, "SELECT salt FROM forgotten_salt WHERE id = 1").first { $0.text(0) }
    }

    /// Sets the salt, unless there is one.
    ///
    /// - Parameter salt: A random text.
    /// - Returns: The salt from now on.
    /// - Throws: `DatabaseError`.
    package func salt(orSet salt: String) throws -> String {
        try BoundStatement(database, "INSERT INTO forgotten_salt (id, salt) VALUES (1, ?) ON CONFLICT DO NOTHING").run(
            salt
        )
        return try self.salt() ?? salt
    }

    /// The forgetting of a person, or nil when there was none.
    package func find(_ hash: String) throws -> Forgetting? {
        try select.first(hash) { row in
            Forgetting(
                forgottenAtMicroseconds: row.int64(0),
                throughRev: row.text(1),
                isBlocked: row.bool(2)
            )
        }
    }

    /// Notes a forgetting; of two, what reaches farther stays.
    package func put(_ hash: String, _ forgetting: Forgetting) throws {
        let statement = BoundStatement(
            database,
            """
            INSERT INTO forgotten (hash, forgotten_at, through_rev, blocked) VALUES (?, ?, ?, ?)
            ON CONFLICT DO UPDATE SET forgotten_at = max(forgotten_at, excluded.forgotten_at),
                through_rev = max(through_rev, excluded.through_rev), blocked = max(blocked, excluded.blocked)
            """
        )
        try statement.run(hash, forgetting.forgottenAtMicroseconds, forgetting.throughRev, forgetting.isBlocked)
    }
}
