import Store

/// One record, as `--json` prints it: a contract, fields are only ever added.
struct RecordReport: Encodable {
    let uri: String
    let cid: String
    let did: String
    let collection: String
    let rkey: String
    let rev: String
    let indexedAt: String
    /// The record as it was received.
    let json: String
    /// True when its account's standing hides it; left out when not.
    let hidden: Bool?

    init(_ entry: RecordEntry) {
        uri = entry.uri
        cid = entry.cid
        did = entry.did
        collection = entry.collection
        rkey = entry.rkey
        rev = entry.rev
        indexedAt = entry.indexedAt
        json = String(decoding: entry.json, as: UTF8.self)
        hidden = entry.isHidden ? true : nil
    }
}
