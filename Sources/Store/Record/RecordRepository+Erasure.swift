/// What a look at some of an account's records found.
package struct RecordSurvey: Sendable, Equatable {
    package var records = 0

    /// The greatest of their revisions; empty when there were none.
    package var greatestRev = ""

    /// The last row that was looked at, from which the next look goes on.
    package var lastID: Int64 = 0
}

extension RecordRepository {
    /// Looks at an actor's records, in the order of their ids.
    ///
    /// - Parameters:
    ///   - actor: The actor's id.
    ///   - id: Only later rows: 0, or ``RecordSurvey/lastID`` of the look before.
    ///   - limit: How many rows to look at.
    /// - Returns: What was found; no records when the end was reached.
    /// - Throws: `DatabaseError`.
    package func survey(actor: Int64, afterID id: Int64, limit: Int) throws -> RecordSurvey {
        let statement = BoundStatement(
            database,
            """
            SELECT count(*), max(rev), max(id) FROM (
                SELECT id, rev FROM record INDEXED BY record_actor WHERE actor = ? AND id > ? ORDER BY id LIMIT ?
            )
            """
        )
        let survey = try statement.first(actor, id, limit) { row in
            RecordSurvey(records: Int(row.int64(0)), greatestRev: row.text(1), lastID: row.int64(2))
        }
        return survey ?? RecordSurvey()
    }
}
