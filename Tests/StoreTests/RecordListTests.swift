import GRDB
import Testing

@testable import Store

struct RecordListTests {
    private static let collections = ["app.bsky.feed.like", "app.bsky.feed.post"]
    private static let dids = ["did:plc:a", "did:plc:b", "did:plc:c"]

    private let store: TemporaryStore

    init() throws {
        store = try TemporaryStore()
    }

    /// 120 records of two collections and three accounts, with few record keys, so that ties are everywhere.
    private func fill() throws {
        try store.write { database throws in
            let records = RecordRepository(database)
            for index in 0..<120 {
                var sample = SampleRecord()
                sample.collection = Self.collections[index % 2]
                sample.did = Self.dids[index % 3]
                sample.rkey = "key\(10 + index / 6)"
                sample.rev = "rev\(100 + index)"
                try records.insert(sample)
            }
        }
    }

    private func markDeleted(_ did: String, rev: String) throws {
        try store.write { database throws in
            let actors = ActorRepository(database)
            try actors.markDeleted(try #require(try actors.find(did)?.id), deletedRev: rev)
        }
    }

    private func uris(collection: String, limit: Int, examining: Int = 1000) throws -> [String] {
        var uris: [String] = []
        var cursor: CollectionCursor?
        repeat {
            let page = try store.read { database in
                try RecordRepository(database)
                    .records(collection: collection, limit: limit, after: cursor, examining: examining)
            }
            try #require(page.entries.count <= limit)
            try #require(page.examined <= examining)
            uris += page.entries.map(\.uri)
            cursor = page.next
        } while cursor != nil
        return uris
    }

    private func uris(did: String, limit: Int, examining: Int = 1000) throws -> [String] {
        var uris: [String] = []
        var cursor: Int64?
        repeat {
            let page = try store.read { database in
                try RecordRepository(database).records(did: did, limit: limit, after: cursor, examining: examining)
            }
            try #require(page.entries.count <= limit)
            try #require(page.examined <= examining)
            uris += page.entries.map(\.uri)
            cursor = page.next
        } while cursor != nil
        return uris
    }

    private func expected(_ condition: String, _ value: String, order: String) throws -> [String] {
        try store.read { database in
            try String.fetchAll(
                database,
                sql: """
                    SELECT uri FROM record JOIN actor ON actor.id = record.actor
                    WHERE record.rev > actor.deleted_rev AND \(condition) ORDER BY \(order)
                    """,
                arguments: [value]
            )
        }
    }

    @Test(arguments: [(1, 1000), (7, 1000), (50, 3), (1000, 1000), (60, 60)])
    func `lists what a plain query lists, in pages of any size, without what was deleted with its account`(
        limit: Int,
        examining: Int
    ) throws {
        try fill()
        for deletedRev in ["", "rev150", "rev999"] {
            try markDeleted(Self.dids[1], rev: deletedRev)
            for collection in Self.collections {
                let order = "rkey DESC, record.did DESC"
                let expected = try expected("collection = ?", collection, order: order)
                #expect(try uris(collection: collection, limit: limit, examining: examining) == expected)
            }
            for did in Self.dids {
                let expected = try expected("record.did = ?", did, order: "record.id DESC")
                #expect(try uris(did: did, limit: limit, examining: examining) == expected)
            }
        }
        #expect(try uris(did: Self.dids[1], limit: limit).isEmpty)
        #expect(try uris(did: "did:plc:nobody", limit: limit).isEmpty)
        #expect(try uris(collection: "app.bsky.nothing", limit: limit).isEmpty)
    }

    @Test
    func `invariant 9: a page that shows nothing says where it stopped`() throws {
        try fill()
        for did in Self.dids {
            try markDeleted(did, rev: "rev999")
        }
        try store.read { database throws in
            let records = RecordRepository(database)
            let first = try records.records(collection: Self.collections[0], limit: 10, examining: 40)
            #expect(first.entries.isEmpty && first.examined == 40)
            let second = try records.records(
                collection: Self.collections[0],
                limit: 10,
                after: first.next,
                examining: 40
            )
            #expect(second.examined == 20 && second.next == nil)
            let mine = try records.records(did: Self.dids[0], limit: 10, examining: 30)
            #expect(mine.entries.isEmpty && mine.examined == 30 && mine.next != nil)
        }
    }

    @Test
    func `a record that came after its account's deletion is shown`() throws {
        var sample = SampleRecord()
        sample.rev = "rev2"
        try store.write { try RecordRepository($0).insert(sample) }
        for (deletedRev, isShown) in [("rev1", true), ("rev2", false), ("rev3", false)] {
            try markDeleted(sample.did, rev: deletedRev)
            #expect(try store.read { try RecordRepository($0).record(sample.key) != nil } == isShown)
            #expect(try store.read { try RecordRepository($0).revision(of: sample.key) } != nil)
        }
    }

    @Test
    func `counts by collection come from the sums, in pages`() throws {
        try fill()
        try store.write { database throws in
            let records = RecordRepository(database)
            let counts = Self.collections.map { CollectionCount(collection: $0, records: 60) }
            #expect(try records.counts(limit: 10) == counts)
            #expect(try records.counts(limit: 1) == [counts[0]])
            #expect(try records.counts(after: counts[0].collection, limit: 10) == [counts[1]])
            #expect(try records.counts(after: counts[1].collection, limit: 10).isEmpty)
        }
    }

    @Test
    func `a purge removes an account's records in chunks, up to a revision, and counts them`() throws {
        try fill()
        let actor = try #require(try store.read { try ActorRepository($0).find(Self.dids[0])?.id })
        var purge = RecordPurge(lastID: 0)
        var removed: [String: Int64] = [:]
        var chunks = 0
        while !purge.isComplete {
            purge = try store.write { database in
                try RecordRepository(database).purge(
                    actor: actor,
                    throughRev: "rev190",
                    afterID: purge.lastID,
                    limit: 9
                )
            }
            removed.merge(purge.removedByCollection, uniquingKeysWith: +)
            chunks += 1
        }
        #expect(chunks == 5)
        #expect(removed.values.reduce(0, +) == 31)
        try store.read { database throws in
            let left = try Row.fetchAll(database, sql: "SELECT collection, count(*) FROM record GROUP BY 1 ORDER BY 1")
            let counts = left.map { CollectionCount(collection: $0[0], records: $0[1]) }
            #expect(counts.map(\.records).reduce(0, +) == 89)
            #expect(try RecordRepository(database).counts(limit: 10) == counts)
            let revisions = try String.fetchAll(
                database,
                sql: "SELECT rev FROM record WHERE actor = ? ORDER BY rev",
                arguments: [actor]
            )
            #expect(revisions.count == 9 && revisions.allSatisfy { $0 > "rev190" })
        }
    }

    @Test
    func `a collection without records is not counted any more`() throws {
        try store.write { database throws in
            let records = RecordRepository(database)
            try records.insert(SampleRecord())
            let purge = try records.purge(actor: 1, throughRev: "9", afterID: 0, limit: 10)
            #expect(purge.isComplete && purge.lastID == 1)
            #expect(try records.counts(limit: 10).isEmpty)
        }
    }

    @Test
    func `a cursor comes back from its text`() {
        let cursor = CollectionCursor(rkey: "3k", did: "did:plc:a")
        #expect(CollectionCursor(cursor.description) == cursor)
        #expect(CollectionCursor("3k") == nil)
    }
}
