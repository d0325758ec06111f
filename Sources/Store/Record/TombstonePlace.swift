/// Where a walk along the tombstones stands: the identity of the last one, which orders them.
package struct TombstonePlace: Sendable, Equatable {
    /// Before the first.
    package static let start = TombstonePlace(collection: "", rkey: "", did: "")

    package let collection: String
    package let rkey: String
    package let did: String

    private init(collection: String, rkey: String, did: String) {
        (self.collection, self.rkey, self.did) = (collection, rkey, did)
    }

    /// Reads the columns `collection`, `rkey` and `did`, which are the first of the row.
    init(row: StatementRow) {
        self.init(collection: row.text(0), rkey: row.text(1), did: row.text(2))
    }
}
