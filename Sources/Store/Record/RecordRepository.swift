package import GRDB
package import Texts

/// The records, each in its newest revision.
///
/// Writing here changes no counter except in ``purge(actor:throughRev:afterID:limit:)``: the handler adds up what its
/// batch added and removed (``CounterChanges``). All readers leave out a record that is not newer than its account's
/// deletion, which is to be removed, and one that its account's standing hides, unless they are asked for it.
package struct RecordRepository {
    let database: Database

    private let insert: BoundStatement
    private let selectRevision: BoundStatement
    private let update: BoundStatement
    private let updateRevision: BoundStatement
    private let remove: BoundStatement

    package init(_ database: Database) {
        self.database = database
        // VALUES and not SELECT: an INSERT of several rows opens a statement journal, which halves the rate.
        insert = BoundStatement(
            database,
            """
            INSERT INTO record (collection, rkey, did, actor, rev, cid, json, indexed_at)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT DO NOTHING
            """
        )
        selectRevision = BoundStatement(
            database,
            "SELECT rev, cid FROM record WHERE collection = ? AND rkey = ? AND did = ?"
        )
        update = BoundStatement(
            database,
            """
            UPDATE record SET rev = ?, cid = ?, json = ?, indexed_at = ?
            WHERE collection = ? AND rkey = ? AND did = ?
            """
        )
        updateRevision = BoundStatement(
            database,
            "UPDATE record SET rev = ? WHERE collection = ? AND rkey = ? AND did = ?"
        )
        remove = BoundStatement(database, "DELETE FROM record WHERE collection = ? AND rkey = ? AND did = ?")
    }

    /// Writes a record unless one of its key is stored.
    ///
    /// - Parameter record: The record; its actor must be stored.
    /// - Returns: Whether it was written; then the caller counts it.
    /// - Throws: `DatabaseError`.
    package func insertIfAbsent(_ record: NewRecord) throws -> Bool {
        let rows = try insert.run(
            record.key.collection,
            record.key.rkey,
            record.key.did,
            record.actorID,
            record.rev,
            record.cid,
            BorrowedBytes(bytes: record.json, isText: true),
            record.indexedAt
        )
        return rows > 0
    }

    /// The stored revision of a record, also one that its account's deletion hides; nil when there is none.
    package func revision(of key: RecordKey) throws -> StoredRevision? {
        try selectRevision.first(key.collection, key.rkey, key.did) { row in
            StoredRevision(rev: row.text(0), cid: row.text(1))
        }
    }

    /// Overwrites the stored record of the same key.
    ///
    /// - Parameter record: The new content.
    /// - Returns: Whether there was one.
    /// - Throws: `DatabaseError`.
    @discardableResult
    package func replace(_ record: NewRecord) throws -> Bool {
        let rows = try update.run(
            record.rev,
            record.cid,
            BorrowedBytes(bytes: record.json, isText: true),
            record.indexedAt,
            record.key.collection,
            record.key.rkey,
            record.key.did
        )
        return rows > 0
    }

    /// Stores a newer revision of a record whose content is the same.
    ///
    /// - Parameters:
    ///   - key: The record.
    ///   - rev: The newer revision.
    /// - Returns: Whether there is such a record.
    /// - Throws: `DatabaseError`.
    @discardableResult
    package func storeRevision(_ key: RecordKey, rev: ByteText) throws -> Bool {
        try updateRevision.run(rev, key.collection, key.rkey, key.did) > 0
    }

    /// Removes a record.
    ///
    /// - Parameter key: The record.
    /// - Returns: Whether there was one; then the caller counts it.
    /// - Throws: `DatabaseError`.
    package func delete(_ key: RecordKey) throws -> Bool {
        try remove.run(key.collection, key.rkey, key.did) > 0
    }
}
