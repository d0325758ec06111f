/// The place of a record in the list of its collection.
///
/// Its text, `RKEY/DID`, goes to a user and comes back.
package struct CollectionCursor: Sendable, Equatable, LosslessStringConvertible {
    package let rkey: String
    package let did: String

    package init(rkey: String, did: String) {
        self.rkey = rkey
        self.did = did
    }

    package init?(_ text: String) {
        guard let slash = text.lastIndex(of: "/") else { return nil }
        self.init(rkey: String(text[..<slash]), did: String(text[text.index(after: slash)...]))
    }

    package var description: String { "\(rkey)/\(did)" }
}

/// A part of a list of records.
package struct RecordPage<Cursor: Sendable>: Sendable {
    package let entries: [RecordEntry]

    /// Where the next page begins; nil when the end was reached.
    ///
    /// A page may have a next one and no entries, when all records that it examined are deleted with their accounts.
    package let next: Cursor?

    /// How many records were examined.
    package let examined: Int
}

/// How many records of a collection are stored.
package struct CollectionCount: Sendable, Equatable {
    package let collection: String
    package let records: Int64
}
