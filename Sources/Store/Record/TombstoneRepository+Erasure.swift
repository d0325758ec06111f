extension TombstoneRepository {
    /// Finds an account's tombstones among a number of them; they are not ordered by account.
    ///
    /// - Parameters:
    ///   - did: The account.
    ///   - rev: The greatest revision to find.
    ///   - place: Only later ones: nil, or the place that the look before named.
    ///   - limit: How many to look at.
    /// - Returns: Those of the account, and the last that was looked at; nil when the end was reached.
    /// - Throws: `DatabaseError`.
    package func find(
        did: String,
        throughRev rev: String,
        after place: TombstonePlace?,
        limit: Int
    ) throws -> (found: [TombstonePlace], last: TombstonePlace?) {
        let order = "ORDER BY collection, rkey, did"
        let range = "(collection, rkey, did) > (?, ?, ?)"
        let start = place.map { [$0.collection, $0.rkey, $0.did] } ?? ["", "", ""]
        let end = BoundStatement(
            database,
            "SELECT collection, rkey, did FROM tombstone WHERE \(range) \(order) LIMIT 1 OFFSET ?"
        )
        let last = try end.first(start[0], start[1], start[2], limit - 1, read: TombstonePlace.init)
        let select = BoundStatement(
            database,
            """
            SELECT collection, rkey, did FROM tombstone
            WHERE \(range) \(last == nil ? "" : "AND (collection, rkey, did) <= (?, ?, ?)") AND did = ? AND rev <= ?
            """
        )
        var found: [TombstonePlace] = []
        let arguments = start + (last.map { [$0.collection, $0.rkey, $0.did] } ?? []) + [did, rev]
        try select.walk(arguments) { row in
            found.append(TombstonePlace(row: row))
            return true
        }
        return (found, last)
    }

    /// Removes tombstones, unless they are newer by now.
    ///
    /// - Parameters:
    ///   - places: Which.
    ///   - rev: The greatest revision to remove.
    /// - Returns: How many went.
    /// - Throws: `DatabaseError`.
    package func remove(_ places: some Sequence<TombstonePlace>, throughRev rev: String) throws -> Int {
        let statement = BoundStatement(
            database,
            "DELETE FROM tombstone WHERE collection = ? AND rkey = ? AND did = ? AND rev <= ?"
        )
        return try places.reduce(0) { try $0 + statement.run($1.collection, $1.rkey, $1.did, rev) }
    }
}
