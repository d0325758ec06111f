/// A record's content that is about to be written.
package struct NewRecord {
    package var key: RecordKey

    /// The id of the actor whose DID is in the key.
    package var actorID: Int64

    package var rev: String
    package var cid: String

    /// The record as it was received, UTF-8; it stays where it is until the repository's function returned.
    package var json: UnsafeRawBufferPointer

    /// As ``UTCTimestamp`` writes it.
    package var indexedAt: String

    package init(
        key: RecordKey,
        actorID: Int64,
        rev: String,
        cid: String,
        json: UnsafeRawBufferPointer,
        indexedAt: String
    ) {
        self.key = key
        self.actorID = actorID
        self.rev = rev
        self.cid = cid
        self.json = json
        self.indexedAt = indexedAt
    }
}

/// Which revision of a record is stored.
package struct StoredRevision: Sendable, Equatable {
    package let rev: String
    package let cid: String
}
