import GRDB
import Testing
import Texts

@testable import Store

extension QueryCostTests {
    private static func list(_ name: String, examining: Int = 2000, _ change: (inout ActivityFilter) -> Void) -> Query {
        var filter = ActivityFilter(sinceTimestamp: LongDatabase.times.lowerBound)
        change(&filter)
        return Query("recent \(name)") { [filter] database in
            let activity = ActivityRepository(database)
            let first = try activity.recent(filter, limit: 100, examining: examining)
            let next = try #require(first.next)
            _ = try activity.recent(filter, limit: 100, after: next, examining: examining)
        }
    }

    static let lists: [Query] =
        ActivityBucketRange.allCases.map { range in
            Query("buckets \(range.rawValue)") { database throws in
                let buckets = try ActivityRepository(database)
                    .buckets(range, nowMicroseconds: LongDatabase.nowMicroseconds)
                try #require(buckets.last?.creates != 0)
            }
        } + [
            list("all") { _ in },
            list("success") { $0.status = .success },
            list("error") { $0.status = .error },
            list("collection") { $0.collection = "app.bsky.feed.post" },
            list("error of a collection") { filter in
                filter.status = .error
                filter.collection = "app.bsky.feed.post"
            },
            list("error of a class") { filter in
                filter.status = .error
                filter.errorClass = .data
            },
            list("until") { $0.untilTimestamp = LongDatabase.times.upperBound },
            Query("ids") { database throws in
                let filter = ActivityFilter(sinceTimestamp: "", status: .error)
                try #require(
                    try ActivityRepository(database).recentIDs(filter, limit: 100, after: nil).ids.count == 100
                )
            },
            list("operation") { $0.operation = "update" },
            list("did") { $0.did = "did:plc:50" },
            list("nobody") { $0.did = "did:plc:nobody" },
            list("nobody's errors", examining: 500) { filter in
                filter.status = .error
                filter.did = "did:plc:nobody"
            },
            Query("newest error") { try #require(try ActivityRepository($0).newest(status: .error) != nil) },
            Query("newest success") { try #require(try ActivityRepository($0).newest(status: .success) != nil) },
            Query("newest commit") {
                let log = ActivityRepository($0)
                try #require(try log.newestCommitMicroseconds(noLaterThan: LongDatabase.nowMicroseconds) != nil)
            },
            Query("oldest open") { try #require(try ActivityRepository($0).oldestOpenTimestamp() != nil) },
            Query("processing") { database throws in
                let entries = try ActivityRepository(database).processing(after: 0, limit: 100)
                try #require(entries.count == LongDatabase.processing)
            },
            Query("records of a collection") { database throws in
                let records = RecordRepository(database)
                let first = try records.records(collection: "app.bsky.feed.post", limit: 100)
                let second = try records.records(collection: "app.bsky.feed.post", limit: 100, after: first.next)
                try #require(second.entries.count == 100)
            },
            Query("records of an account") { database throws in
                let records = RecordRepository(database)
                let first = try records.records(did: "did:plc:1", limit: 100)
                let second = try records.records(did: "did:plc:1", limit: 100, after: first.next)
                try #require(second.entries.count == 100)
            },
            Query("record counts") { try #require(try RecordRepository($0).counts(after: "a", limit: 50).count == 50) },
            Query("gaps") { try #require(try GapRepository($0).list(limit: 50, before: 4000).count == 50) },
            Query("number of gaps") { _ = try GapRepository($0).openCount() },
            Query("lexicons") { try #require(try LexiconRepository($0).list(limit: 50, after: "a").count == 50) },
            Query("pending purges") { try #require(try ActorRepository($0).pendingPurges(limit: 10).count == 5) },
            Query("actors to read again") { try #require(try ActorRepository($0).needingResync(limit: 5).count == 5) },
            Query("numbers of actors") { _ = try ActorRepository($0).counts() },
            Query("totals") { try #require(try CounterRepository($0).totals().stored > 0) },
            Query("positions") { try #require(try CursorRepository($0).all().count == 3) },
            Query("newest position") { try #require(try CursorRepository($0).newest() != nil) },
        ]

    static let lookUps: [Query] = [
        Query("entry") { try #require(try ActivityRepository($0).entry(2500) != nil) },
        Query("newest id") { try #require(try ActivityRepository($0).newestID() >= shortRows) },
        Query("record") { try #require(try RecordRepository($0).record(recordKey) != nil) },
        Query("revision") { try #require(try RecordRepository($0).revision(of: recordKey) != nil) },
        Query("tombstone") { database throws in
            let key = RecordKey(collection: "app.bsky.feed.post", rkey: "k1000", did: "d")
            try #require(try TombstoneRepository(database).revision(of: key) != nil)
        },
        Query("account tombstone") { try #require(try AccountTombstoneRepository($0).floor("d1000") != nil) },
        Query("actor") { try #require(try ActorRepository($0).find("did:plc:1000") != nil) },
        Query("position") { try #require(try CursorRepository($0).find("b") != nil) },
        Query("total") { try #require(try CounterRepository($0).value("stored") > 0) },
        Query("lexicon") { try #require(try LexiconRepository($0).get("app.bsky.l1000") != nil) },
        Query("forgotten") { database throws in
            let forgotten = ForgottenRepository(database)
            try #require(try forgotten.salt() != nil && forgotten.find("hash1000") != nil)
        },
        Query("run") { _ = try RunRepository($0).load() },
        Query("free pages") { _ = try IncrementalVacuum.freePages($0) },
    ]

    static let recordKey = RecordKey(collection: "app.bsky.feed.post", rkey: "k00001000", did: "did:plc:1")
}
