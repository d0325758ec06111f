package import Texts

/// A record's content that is about to be written; its texts stay where they are until the repository's function
/// returned.
package struct NewRecord {
    package var key: RecordKey

    /// The id of the actor whose DID is in the key.
    package var actorID: Int64

    package var rev: ByteText
    package var cid: ByteText

    /// The record as it was received, UTF-8; it stays where it is until the repository's function returned.
    package var json: UnsafeRawBufferPointer

    /// As ``UTCTimestamp`` writes it.
    package var indexedAt: ByteText

    package init(
        key: RecordKey,
        actorID: Int64,
        rev: ByteText,
        cid: ByteText,
        json: UnsafeRawBufferPointer,
        indexedAt: ByteText
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
