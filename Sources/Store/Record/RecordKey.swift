/// The identity of a record: whose, of which collection, under which key.
package struct RecordKey: Hashable, Sendable {
    /// The collection's NSID.
    package let collection: String

    package let rkey: String
    package let did: String

    package init(collection: String, rkey: String, did: String) {
        self.collection = collection
        self.rkey = rkey
        self.did = did
    }

    /// The key of an `at://DID/COLLECTION/RKEY`, or nil for any other text.
    package init?(uri: String) {
        let scheme = "at://"
        guard uri.hasPrefix(scheme) else { return nil }
        let parts = uri.dropFirst(scheme.count).split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 3, parts.allSatisfy({ !$0.isEmpty }) else { return nil }
        self.init(collection: String(parts[1]), rkey: String(parts[2]), did: String(parts[0]))
    }

    /// The record's `at://` address.
    package var uri: String { "at://\(did)/\(collection)/\(rkey)" }
}
