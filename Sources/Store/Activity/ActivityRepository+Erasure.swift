extension ActivityRepository {
    /// Finds a person's events among a number of rows; the log has no index of persons.
    ///
    /// Those whose message could not be read, so that it is not known whose they are, are a person's when the message
    /// holds the DID.
    ///
    /// - Parameters:
    ///   - did: The person.
    ///   - range: The first and the last id to look at.
    /// - Returns: Their ids, and the bytes of the messages.
    /// - Throws: `DatabaseError`.
    package func find(did: String, in range: ClosedRange<Int64>) throws -> (ids: [Int64], bytes: Int64) {
        let statement = BoundStatement(
            database,
            """
            SELECT id, length(CAST(event_json AS BLOB)) FROM jetstream_activity
            WHERE id >= ?1 AND id <= ?2 AND \(ActivityRepository.isOf(person: "?3"))
            """
        )
        var ids: [Int64] = []
        var bytes: Int64 = 0
        try statement.walk([range.lowerBound, range.upperBound, did]) { row in
            ids.append(row.int64(0))
            bytes += row.int64(1)
            return true
        }
        return (ids, bytes)
    }

    /// The ids of a person's events that are still `processing`, up to an id.
    package func processing(did: String, through last: Int64) throws -> [Int64] {
        let statement = BoundStatement(
            database,
            """
            SELECT id FROM jetstream_activity NOT INDEXED
            WHERE id >= \(ActivityRepository.inboxFrom) AND id <= ?1 AND status = 'processing'
                AND \(ActivityRepository.isOf(person: "?2"))
            ORDER BY id
            """
        )
        return try statement.all(last, did) { $0.int64(0) }
    }

    /// Whether a row is of the person whose DID a parameter is, as a term of a statement.
    private static func isOf(person did: String) -> String {
        "(did = \(did) OR (did = '' AND instr(CAST(event_json AS BLOB), CAST(\(did) AS BLOB)) > 0))"
    }

    /// The oldest id of the log; nil when it is empty.
    package func oldestID() throws -> Int64? {
        try BoundStatement(database, "SELECT min(id) FROM jetstream_activity").first { $0.optionalInt64(0) } ?? nil
    }
}
