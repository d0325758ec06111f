/// A record as it is stored.
package struct RecordEntry: Sendable, Equatable {
    package let uri: String
    package let cid: String
    package let did: String
    package let collection: String
    package let rkey: String
    package let rev: String

    /// The record as it was received.
    package let json: [UInt8]

    /// As ``UTCTimestamp`` writes it.
    package let indexedAt: String

    /// Whether it is left out of the lists, because of its account's standing.
    package let isHidden: Bool

    /// The columns of both tables, in the order that ``init(row:)`` reads.
    static let columns = """
        record.uri, record.cid, record.did, record.collection, record.rkey, record.rev, record.json, record.indexed_at, \
        actor.hidden
        """

    init(row: StatementRow) {
        uri = row.text(0)
        cid = row.text(1)
        did = row.text(2)
        collection = row.text(3)
        rkey = row.text(4)
        rev = row.text(5)
        json = row.bytes(6)
        indexedAt = row.text(7)
        isHidden = row.bool(8)
    }
}
