package import Texts

/// The identity of a record: whose, of which collection, under which key.
///
/// Valid as long as its texts.
package struct RecordKey: Hashable, Sendable {
    /// The collection's NSID.
    package let collection: ByteText

    package let rkey: ByteText
    package let did: ByteText

    package init(collection: ByteText, rkey: ByteText, did: ByteText) {
        self.collection = collection
        self.rkey = rkey
        self.did = did
    }

    /// The key of an `at://DID/COLLECTION/RKEY`, its texts in an arena; nil for any other text.
    package init?(uri: String, texts: TextArena) {
        guard let parts = RecordKey.parts(of: uri) else { return nil }
        self.init(collection: texts.add(parts[1]), rkey: texts.add(parts[2]), did: texts.add(parts[0]))
    }

    /// Whether a text is an `at://DID/COLLECTION/RKEY`.
    package static func isURI(_ text: String) -> Bool { parts(of: text) != nil }

    private static func parts(of uri: String) -> [String]? {
        let scheme = "at://"
        guard uri.hasPrefix(scheme) else { return nil }
        let parts = uri.dropFirst(scheme.count).split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 3, parts.allSatisfy({ !$0.isEmpty }) else { return nil }
        return parts.map(String.init)
    }
}
