import GRDB
import TestSupport
import Texts

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

    var key: RecordKey { RecordKey(collection: ByteText(collection), rkey: ByteText(rkey), did: ByteText(did)) }
}

extension RecordRepository {
    /// Writes the record, with its actor and its count, as the handler does.
    @discardableResult
    func insert(_ sample: SampleRecord) throws -> Bool {
        try withNewRecord(sample) { record in
            guard try insertIfAbsent(record) else { return false }
            var changes = CounterChanges()
            changes.recordCount(ByteText(sample.collection), 1)
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
        let indexedAt = ByteText(sample.indexedAt)
        let actorID = try actors.key(of: sample.key.did)?.id ?? actors.insert(sample.key.did, indexedAt: indexedAt)
        return try sample.json.withUnsafeBytes { json in
            try body(
                NewRecord(
                    key: sample.key,
                    actorID: actorID,
                    rev: ByteText(sample.rev),
                    cid: ByteText(sample.cid),
                    json: json,
                    indexedAt: indexedAt
                )
            )
        }
    }
}
