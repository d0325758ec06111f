/// A record that does not fit the other tables.
package struct UnsoundRecord: Sendable, Equatable {
    package let id: Int64
    package let uri: String
    package let rev: String
    /// The DID of its actor; nil when there is no such actor.
    package let actorDID: String?
    package let did: String
    /// Whether a tombstone of its key is there as well.
    package let isBuried: Bool
    /// Whether its account was deleted after it, and nothing is going to remove it.
    package let isLeftOver: Bool
    /// Whether the log goes back to before it and has no event of its revision and content that succeeded.
    package let isWithoutEvent: Bool
}

/// A tombstone whose event should be in the log and is not.
package struct UnsoundTombstone: Sendable, Equatable {
    package let uri: String
    package let rev: String
}

extension VerificationRepository {
    /// The greatest id of a record; 0 when there is none.
    package func newestRecordID() throws -> Int64 {
        try BoundStatement(database, "SELECT max(id) FROM record").first { $0.int64(0) } ?? 0
    }

    /// The end of the next stretch of the records.
    ///
    /// - Parameters:
    ///   - id: The end of the stretch before; 0 for the first.
    ///   - last: The last id that is meant.
    ///   - limit: How many records at most.
    /// - Returns: The last id and the number of records; nil when none is left.
    /// - Throws: `DatabaseError`.
    package func recordStretch(
        after id: Int64,
        through last: Int64,
        limit: Int
    ) throws -> (lastID: Int64, rows: Int64)? {
        let statement = BoundStatement(
            database,
            """
            SELECT max(id), count(*) FROM (
                SELECT id FROM record NOT INDEXED WHERE id > ? AND id <= ? ORDER BY id LIMIT ?
            )
            """
        )
        return try statement.first(id, last, limit) { $0.isNull(0) ? nil : ($0.int64(0), $0.int64(1)) } ?? nil
    }

    /// Records of a stretch that do not fit the other tables.
    ///
    /// - Parameters:
    ///   - id: The end of the stretch before.
    ///   - last: The end of this one.
    ///   - receivedAfter: What was received after this has its event in the log, as ``UTCTimestamp`` writes it.
    /// - Returns: The records.
    /// - Throws: `DatabaseError`.
    package func unsoundRecords(
        after id: Int64,
        through last: Int64,
        loggedAfter receivedAfter: String
    ) throws -> [UnsoundRecord] {
        let isLeftOver = "ifnull(record.rev <= actor.deleted_rev AND actor.purge_pending = 0, 0)"
        let isWithoutEvent = """
            record.indexed_at > ?3 AND NOT EXISTS (
                SELECT 1 FROM jetstream_activity AS log INDEXED BY activity_key
                WHERE log.rev = record.rev AND log.did = record.did AND log.collection = record.collection
                    AND log.rkey = record.rkey AND (log.operation = 'create' OR log.operation = 'update')
                    AND log.status = 'success' AND log.cid = record.cid
            )
            """
        let statement = BoundStatement(
            database,
            """
            SELECT * FROM (
                SELECT record.id, record.uri, record.rev, actor.did AS actor_did, record.did,
                    tombstone.rev IS NOT NULL AS is_buried, \(isLeftOver) AS is_left_over,
                    \(isWithoutEvent) AS is_without_event
                FROM record NOT INDEXED LEFT JOIN actor ON actor.id = record.actor
                LEFT JOIN tombstone ON tombstone.collection = record.collection
                    AND tombstone.rkey = record.rkey AND tombstone.did = record.did
                WHERE record.id > ?1 AND record.id <= ?2
            ) WHERE actor_did IS NOT did OR is_buried OR is_left_over OR is_without_event ORDER BY id
            """
        )
        return try statement.all(id, last, receivedAfter) { row in
            UnsoundRecord(
                id: row.int64(0),
                uri: row.text(1),
                rev: row.text(2),
                actorDID: row.optionalText(3),
                did: row.text(4),
                isBuried: row.bool(5),
                isLeftOver: row.bool(6),
                isWithoutEvent: row.bool(7)
            )
        }
    }

    /// The next tombstones by key, and which of them have no event in the log though it goes back to before them.
    ///
    /// - Parameters:
    ///   - place: Where the part before ended.
    ///   - receivedAfter: What was received after this has its event in the log, in microseconds since the Unix epoch.
    ///   - limit: How many to look at.
    /// - Returns: Those without an event, how many were looked at, and where the part ended; none when none was left.
    /// - Throws: `DatabaseError`.
    package func unsoundTombstones(
        after place: TombstonePlace,
        loggedAfter receivedAfter: Int64,
        limit: Int
    ) throws -> (tombstones: [UnsoundTombstone], rows: Int64, end: TombstonePlace) {
        let statement = BoundStatement(
            database,
            """
            SELECT collection, rkey, did, rev, received_at > ?5 AND NOT EXISTS (
                SELECT 1 FROM jetstream_activity AS log INDEXED BY activity_key
                WHERE log.rev = tombstone.rev AND log.did = tombstone.did AND log.collection = tombstone.collection
                    AND log.rkey = tombstone.rkey AND log.operation = 'delete' AND log.status = 'success'
            ) FROM tombstone WHERE (collection, rkey, did) > (?1, ?2, ?3) ORDER BY collection, rkey, did LIMIT ?4
            """
        )
        var found: [UnsoundTombstone] = []
        var rows: Int64 = 0
        var end = place
        try statement.walk([place.collection, place.rkey, place.did, limit, receivedAfter]) { row in
            end = TombstonePlace(row: row)
            rows += 1
            if row.bool(4) {
                let uri = "at://\(end.did)/\(end.collection)/\(end.rkey)"
                found.append(UnsoundTombstone(uri: uri, rev: row.text(3)))
            }
            return true
        }
        return (found, rows, end)
    }
}
