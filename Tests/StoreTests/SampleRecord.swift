import GRDB

@testable import Store

/// A record for the tests; what a test does not care about has a value already.
struct SampleRecord {
    var collection = "app.bsky.feed.post"
    var rkey = "3lqz2abcdef2s"
    var did = "did:plc:aaaaaaaaaaaaaaaaaaaaaaaa"
    var rev = "3lqz2abcdef22"
    var cid = "bafyreib2rxk3rh6kzwq"
    var json = Array(#"{"text":"hello"}"#.utf8)
    var indexedAt = "2026-07-04T14:38:08.085434Z"

    var key: RecordKey { RecordKey(collection: collection, rkey: rkey, did: did) }
}

extension RecordRepository {
    /// Writes the record, with its actor and its count, as the handler does.
    @discardableResult
    func insert(_ sample: SampleRecord) throws -> Bool {
        try withNewRecord(sample) { record in
            guard try insertIfAbsent(record) else { return false }
            var changes = CounterChanges()
            changes.recordCount(sample.collection, 1)
            try changes.apply(database)
            return true
        }
    }

    @discardableResult
    func replace(_ sample: SampleRecord) throws -> Bool {
        try withNewRecord(sample) { try replace($0) }
    }

    private func withNewRecord(_ sample: SampleRecord, _ body: (NewRecord) throws -> Bool) throws -> Bool {
        let actors = ActorRepository(database)
        let actorID = try actors.find(sample.did)?.id ?? actors.insert(sample.did, indexedAt: sample.indexedAt)
        return try sample.json.withUnsafeBytes { json in
            try body(
                NewRecord(
                    key: sample.key,
                    actorID: actorID,
                    rev: sample.rev,
                    cid: sample.cid,
                    json: json,
                    indexedAt: sample.indexedAt
                )
            )
        }
    }
}
