import Texts

extension RecordRepository {
    /// A record by its `at://DID/COLLECTION/RKEY`, or nil when there is none, or its account was deleted since or hides it.
    package func record(uri: String, includingHidden: Bool = false) throws -> RecordEntry? {
        let texts = TextArena()
        return try withExtendedLifetime(texts) {
            try RecordKey(uri: uri, texts: texts).flatMap { try record($0, includingHidden: includingHidden) }
        }
    }

    /// A record, or nil when there is none, or its account was deleted since or hides it.
    package func record(_ key: RecordKey, includingHidden: Bool = false) throws -> RecordEntry? {
        let statement = BoundStatement(
            database,
            """
            SELECT \(RecordEntry.columns) FROM record JOIN actor ON actor.id = record.actor
            WHERE record.collection = ? AND record.rkey = ? AND record.did = ? AND record.rev > actor.deleted_rev
                AND (actor.hidden = 0 OR ?)
            """
        )
        return try statement.first(key.collection, key.rkey, key.did, includingHidden, read: RecordEntry.init)
    }

    /// A page of a collection's records, by record key, descending.
    ///
    /// - Parameters:
    ///   - collection: The collection's NSID.
    ///   - limit: How many at most, up to ``PageLimit/entries``.
    ///   - cursor: ``RecordPage/next`` of the page before; nil for the first.
    ///   - includingHidden: Whether those are listed too that their accounts' standing hides.
    ///   - examining: How many records may be examined.
    /// - Returns: The page, also when it ends early because enough records were examined or enough bytes were read.
    /// - Throws: `DatabaseError`.
    package func records(
        collection: String,
        limit: Int,
        after cursor: CollectionCursor? = nil,
        includingHidden: Bool = false,
        examining: Int = PageLimit.examinedRows
    ) throws -> RecordPage<CollectionCursor> {
        let statement = BoundStatement(
            database,
            """
            SELECT record.id, record.rkey, record.did,
                record.rev > actor.deleted_rev AND (actor.hidden = 0 OR ?)
            FROM record INDEXED BY record_key CROSS JOIN actor ON actor.id = record.actor
            WHERE record.collection = ? \(cursor == nil ? "" : "AND (record.rkey, record.did) < (?, ?)")
            ORDER BY record.rkey DESC, record.did DESC
            """
        )
        var walk = BoundedWalk<CollectionCursor>(limit: limit, examining: examining)
        let texts = [collection] + (cursor.map { [$0.rkey, $0.did] } ?? [])
        let arguments: [any StatementArgument] = [includingHidden] + texts
        try statement.walk(arguments) { row in
            walk.add(
                id: row.int64(0),
                isMatch: row.bool(3),
                cursor: CollectionCursor(rkey: row.text(1), did: row.text(2))
            )
        }
        return try page(walk)
    }

    /// A page of an account's records, those that were first stored last before the others.
    ///
    /// - Parameters:
    ///   - did: The account.
    ///   - limit: How many at most, up to ``PageLimit/entries``.
    ///   - cursor: ``RecordPage/next`` of the page before; nil for the first.
    ///   - includingHidden: Whether those are listed too that their accounts' standing hides.
    ///   - examining: How many records may be examined.
    /// - Returns: The page, also when it ends early because enough records were examined or enough bytes were read.
    /// - Throws: `DatabaseError`.
    package func records(
        did: String,
        limit: Int,
        after cursor: Int64? = nil,
        includingHidden: Bool = false,
        examining: Int = PageLimit.examinedRows
    ) throws -> RecordPage<Int64> {
        guard let actor = try ActorRepository(database).find(did), includingHidden || !actor.isHidden else {
            return RecordPage(entries: [], next: nil, examined: 0)
        }
        let statement = BoundStatement(
            database,
            """
            SELECT id, rev > ? FROM record INDEXED BY record_actor WHERE actor = ? AND id < ? ORDER BY id DESC
            """
        )
        var walk = BoundedWalk<Int64>(limit: limit, examining: examining)
        try statement.walk([actor.deletedRev, actor.id, cursor ?? .max]) { row in
            walk.add(id: row.int64(0), isMatch: row.bool(1), cursor: row.int64(0))
        }
        return try page(walk)
    }

    /// The numbers of records by collection, in the order of the collections' names, from the sums.
    ///
    /// Records whose account was deleted are in them until they are removed, and hidden ones always are: they are stored.
    ///
    /// - Parameters:
    ///   - collection: Only later names; nil for all.
    ///   - limit: How many at most.
    /// - Returns: The numbers; fewer than `limit` at the end.
    /// - Throws: `DatabaseError`.
    package func counts(after collection: String? = nil, limit: Int) throws -> [CollectionCount] {
        let statement = BoundStatement(
            database,
            """
            SELECT collection, records FROM record_count \(collection == nil ? "" : "WHERE collection > ?")
            ORDER BY collection LIMIT ?
            """
        )
        var counts: [CollectionCount] = []
        try statement.walk((collection.map { [$0] } ?? []) + [limit]) { row in
            counts.append(CollectionCount(collection: row.text(0), records: row.int64(1)))
            return true
        }
        return counts
    }

    private func page<Cursor>(_ walk: BoundedWalk<Cursor>) throws -> RecordPage<Cursor> {
        let select = BoundStatement(
            database,
            "SELECT \(RecordEntry.columns) FROM record JOIN actor ON actor.id = record.actor WHERE record.id = ?"
        )
        let (entries, next) = try walk.page(size: \.json.count) { id in
            try select.first(id, read: RecordEntry.init)
        }
        return RecordPage(entries: entries, next: next, examined: walk.examined)
    }
}
