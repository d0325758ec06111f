import GRDB
import Testing
import Texts

@testable import Store

struct RecordRepositoryTests {
    private let store: TemporaryStore

    init() throws {
        store = try TemporaryStore()
    }

    private func expect(_ entry: RecordEntry?, equals sample: SampleRecord) throws {
        let entry = try #require(entry)
        #expect(entry.uri == "at://\(sample.did)/\(sample.collection)/\(sample.rkey)")
        #expect(entry.uri == "at://\(sample.did)/\(sample.collection)/\(sample.rkey)")
        #expect(entry.cid == sample.cid)
        #expect(entry.did == sample.did)
        #expect(entry.collection == sample.collection)
        #expect(entry.rkey == sample.rkey)
        #expect(entry.rev == sample.rev)
        #expect(entry.json == sample.json)
        #expect(entry.indexedAt == sample.indexedAt)
    }

    @Test
    func `writes a record once, and replaces it`() throws {
        let sample = SampleRecord()
        var newer = sample
        newer.rev = "3lqz3"
        newer.cid = "bafynewer"
        newer.json = Array(#"{"text":"good bye"}"#.utf8)
        newer.indexedAt = "2026-07-05T00:00:00.000000Z"
        try store.write { database throws in
            let records = RecordRepository(database)
            #expect(try records.revision(of: sample.key) == nil)
            #expect(try records.record(sample.key) == nil)
            #expect(try !records.replace(sample))
            #expect(try records.insert(sample))
            #expect(try !records.insert(newer))
            try expect(records.record(sample.key), equals: sample)
            #expect(try records.revision(of: sample.key) == StoredRevision(rev: sample.rev, cid: sample.cid))
            #expect(try records.replace(newer))
            try expect(records.record(sample.key), equals: newer)
        }
    }

    @Test
    func `stores a newer revision of the same content`() throws {
        var sample = SampleRecord()
        try store.write { database throws in
            let records = RecordRepository(database)
            #expect(try !records.storeRevision(sample.key, rev: "3m"))
            try records.insert(sample)
            #expect(try records.storeRevision(sample.key, rev: "3m"))
            sample.rev = "3m"
            try expect(records.record(sample.key), equals: sample)
        }
    }

    @Test
    func `deletes a record, and says whether there was one`() throws {
        let sample = SampleRecord()
        try store.write { database throws in
            let records = RecordRepository(database)
            try records.insert(sample)
            #expect(try records.delete(sample.key))
            #expect(try !records.delete(sample.key))
            #expect(try records.record(sample.key) == nil)
        }
    }

    @Test
    func `keeps texts with U+0000 whole, and tells apart what differs only behind it`() throws {
        var sample = SampleRecord()
        sample.collection = "app.\u{0}bsky"
        sample.rkey = "\u{0}key"
        sample.did = "did:\u{0}plc"
        sample.rev = "3\u{0}a"
        sample.cid = "baf\u{0}y"
        sample.json = Array("{\"text\":\"\u{0}\"}".utf8)
        var other = sample
        other.rkey = "\u{0}kez"
        other.json = Array("{}".utf8)
        try store.write { database throws in
            let records = RecordRepository(database)
            #expect(try records.insert(sample))
            #expect(try records.insert(other))
            try expect(records.record(sample.key), equals: sample)
            try expect(records.record(other.key), equals: other)
            #expect(try records.revision(of: sample.key) == StoredRevision(rev: sample.rev, cid: sample.cid))
            #expect(
                try records.records(collection: sample.collection, limit: 9).entries.map(\.rkey)
                    == [other.rkey, sample.rkey]
            )
            #expect(
                try records.counts(limit: 9) == [CollectionCount(collection: sample.collection, records: 2)]
            )
            #expect(try records.delete(other.key))
            #expect(try records.record(sample.key) != nil)
        }
    }

    @Test
    func `a record needs its actor`() throws {
        let error = #expect(throws: DatabaseError.self) {
            try store.write { database throws in
                let key = SampleRecord().key
                let record = NewRecord(
                    key: key,
                    actorID: 1,
                    rev: "",
                    cid: "",
                    json: UnsafeRawBufferPointer(start: nil, count: 0),
                    indexedAt: ""
                )
                _ = try RecordRepository(database).insertIfAbsent(record)
            }
        }
        #expect(error?.extendedResultCode == .SQLITE_CONSTRAINT_FOREIGNKEY)
    }

    @Test
    func `an address names a record, and nothing else does`() {
        let key = RecordKey(collection: "app.bsky.feed.post", rkey: "3k", did: "did:plc:a")
        let texts = TextArena()
        withExtendedLifetime(texts) {
            #expect(RecordKey(uri: "at://did:plc:a/app.bsky.feed.post/3k", texts: texts) == key)
        }
        #expect(RecordKey.isURI("at://did:plc:a/app.bsky.feed.post/3k"))
        for text in [
            "", "at://", "at://did:plc:a", "at://did:plc:a/app.bsky.feed.post", "at://did:plc:a/app.bsky.feed.post/",
            "at://did:plc:a//3k", "at:///app.bsky.feed.post/3k", "at://did:plc:a/app.bsky.feed.post/3k/x",
            "https://did:plc:a/app.bsky.feed.post/3k", "did:plc:a/app.bsky.feed.post/3k",
        ] {
            #expect(!RecordKey.isURI(text), "\(text)")
        }
    }
}
