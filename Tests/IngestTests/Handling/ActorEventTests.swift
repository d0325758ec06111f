import GRDB
import Jetstream
import Store
import TestSupport
import Testing
import Texts

@testable import Ingest

@Suite
struct ActorEventTests {
    private let harness: IngestHarness

    init() throws {
        harness = try IngestHarness()
    }

    private static let older = EventApplier.Outcome.skipped("Skipped: older than the stored state")
    private static let gone = EventApplier.Outcome.skipped("Skipped: account deleted")
    private static let unknown = EventApplier.Outcome.skipped("Skipped: unknown actor")

    private func identity(_ handle: String?, at seconds: Int64, seq: Int64? = nil) -> String {
        SampleIdentity(handle: handle, seconds: seconds, seq: seq ?? seconds).json
    }

    private func account(_ status: String?, at seconds: Int64, seq: Int64? = nil) -> String {
        SampleAccount(active: status == nil, status: status, seconds: seconds, seq: seq ?? seconds).json
    }

    private func deletion(at seconds: Int64) -> String { SampleAccount.deleted(at: seconds, seq: seconds).json }
}

/// Identities and accounts.
extension ActorEventTests {
    @Test
    func `an actor is made by the first record, and by nothing else`() async throws {
        try await harness.process([
            SampleCommit("delete", at: 1).json, identity("a.example", at: 2), account(nil, at: 3),
        ])
        #expect(try harness.actor() == nil)
        #expect(try harness.log().count == 1)
        try await harness.process([SampleCommit(at: 4, rkey: "3lqz2abcdef2t").json])
        let actor = try #require(try harness.actor())
        #expect(actor.handle == nil)
        #expect(actor.isActive)
        #expect(actor.indexedAt == UTCTimestamp.text(microseconds: harness.clock.now))
    }

    @Test
    func `an identity in the batch of the first record is logged and applied`() async throws {
        let flow = try await harness.process([
            identity("before.example", at: 1), SampleCommit(at: 2).json, identity("after.example", at: 3),
        ]).flow
        #expect(flow.skipped == [.unknownActor: 1])
        #expect(try harness.log().map(\.operation) == ["create", "identity"])
        #expect(try harness.outcomes() == [.success, .success])
        #expect(try harness.actor()?.handle == "after.example")
    }

    @Test
    func `an identity in the batch of a first record that fails is logged, and skipped`() async throws {
        let bad = SampleCommit(at: 1).with { $0.cid = nil }
        try await harness.process([bad.json, identity("a.example", at: 2)])
        #expect(try harness.outcomes() == [.error("Event missing record or cid"), ActorEventTests.unknown])
        #expect(try harness.actor() == nil)
        try harness.expectSums()
    }

    @Test
    func `the newest identity stays, whatever the order of arrival`() async throws {
        try await harness.process([SampleCommit(at: 1).json])
        try await harness.process([identity("new.example", at: 5), identity("old.example", at: 3)])
        try await harness.process([identity("older.example", at: 2), identity(nil, at: 6)])
        #expect(
            try harness.outcomes().dropFirst() == [.success, ActorEventTests.older, ActorEventTests.older, .success]
        )
        let actor = try #require(try harness.actor())
        #expect(actor.handle == "new.example")
        #expect(actor.identityTimeMicroseconds == at(5))
        #expect(actor.identitySeq == 5)
        let row = try #require(try harness.log().last)
        #expect((row.operation, row.collection, row.rkey, row.cid) == ("identity", "", "", ""))
    }

    @Test
    func `an identity without a handle hides no handle that comes late`() async throws {
        try await harness.process([SampleCommit(at: 1).json])
        try await harness.process([identity(nil, at: 6), identity("late.example", at: 5)])
        #expect(try harness.outcomes().dropFirst() == [.success, .success])
        #expect(try harness.actor()?.handle == "late.example")
    }

    @Test
    func `identities of one time are ordered by seq`() async throws {
        try await harness.process([SampleCommit(at: 1).json])
        try await harness.process([
            identity("b.example", at: 5, seq: 20), identity("a.example", at: 5, seq: 10),
            identity("c.example", at: 5, seq: 30),
        ])
        #expect(try harness.outcomes().dropFirst() == [.success, ActorEventTests.older, .success])
        #expect(try harness.actor()?.handle == "c.example")
    }

    @Test
    func `the newest standing of an account stays`() async throws {
        try await harness.process([SampleCommit(at: 1).json])
        try await harness.process([account("takendown", at: 5)])
        #expect(try harness.actor()?.isActive == false)
        #expect(try harness.actor()?.status == "takendown")
        try await harness.process([account(nil, at: 4)])
        #expect(try harness.actor()?.isActive == false)
        try await harness.process([account(nil, at: 6)])
        #expect(try harness.actor()?.isActive == true)
        #expect(try harness.actor()?.status == nil)
        #expect(try harness.outcomes().dropFirst() == [.success, ActorEventTests.older, .success])
        // An account that is away keeps its records.
        #expect(try harness.record(SampleCommit(at: 1)) != nil)
    }
}

/// Deleted accounts.
extension ActorEventTests {
    private func shown() throws -> [String] {
        try harness.store.read { db in
            let records = RecordRepository(db)
            let byCollection = try records.records(collection: SampleCommit(at: 1).collection, limit: 100).entries
            let byDid = try records.records(did: did("alice"), limit: 100).entries
            #expect(Set(byCollection.map(\.uri)) == Set(byDid.map(\.uri)))
            for entry in byDid {
                let key = RecordKey(
                    collection: ByteText(entry.collection),
                    rkey: ByteText(entry.rkey),
                    did: ByteText(entry.did)
                )
                #expect(try records.record(key) == entry)
            }
            return byCollection.map(\.rkey)
        }
    }

    @Test
    func `the records of a deleted account are gone from every query at once`() async throws {
        try await harness.process(["a", "b", "c"].enumerated().map { SampleCommit(at: Int64($0), rkey: $1).json })
        #expect(try shown() == ["c", "b", "a"])
        try await harness.process([deletion(at: 1)])
        // One was made after the deletion, though it came before.
        #expect(try shown() == ["c"])
        #expect(try harness.record(SampleCommit(at: 0, rkey: "a")) == nil)
        let actor = try #require(try harness.actor())
        #expect((actor.isActive, actor.status, actor.deletedRev) == (false, "deleted", revision(1)))
        #expect(actor.isPurgePending)
        #expect(try harness.outcomes().last == .success)
    }

    @Test(arguments: [false, true])
    func `commits of before a deletion are skipped, and later ones applied`(_ isKnown: Bool) async throws {
        if isKnown { try await harness.process([SampleCommit(at: 1, rkey: "first").json]) }
        try await harness.process([
            deletion(at: 10),
            SampleCommit(at: 9, rkey: "before").json,
            SampleCommit(at: 10, rkey: "same").json,
            SampleCommit("delete", at: 10, rkey: "first").json,
            SampleCommit(at: 11, rkey: "after").json,
            SampleCommit("delete", at: 12, rkey: "other").json,
        ])
        let gone = ActorEventTests.gone
        #expect(try harness.outcomes().suffix(6) == [.success, gone, gone, gone, .success, .success])
        #expect(try shown() == ["after"])
        #expect(try harness.actor()?.deletedRev == revision(10))
        #expect(try harness.tombstone(SampleCommit(at: 1, rkey: "first")) == nil)
        #expect(try harness.tombstone(SampleCommit(at: 1, rkey: "other")) == revision(12))
        try harness.expectSums()
        // The same without anything that is remembered.
        try await harness.process([SampleCommit(at: 8, rkey: "late").json])
        #expect(try harness.outcomes().last == gone)
    }

    @Test
    func `a deletion of an unknown account leaves a tombstone, and no actor`() async throws {
        let flow = try await harness.process([deletion(at: 10)]).flow
        #expect(flow.stored == 1)
        #expect(try harness.actor() == nil)
        #expect(try harness.floor(did("alice")) == revision(10))
        try await harness.process([deletion(at: 5)])
        #expect(try harness.floor(did("alice")) == revision(10))
    }

    @Test
    func `a deletion that comes after word of the account's return takes what it took`() async throws {
        try await harness.process([SampleCommit(at: 1).json, SampleCommit(at: 8, rkey: "after").json])
        try await harness.process([account(nil, at: 7), deletion(at: 5), deletion(at: 4)])
        #expect(try harness.outcomes().suffix(3) == [.success, .success, ActorEventTests.older])
        let actor = try #require(try harness.actor())
        #expect((actor.isActive, actor.status, actor.deletedRev) == (true, nil, revision(5)))
        #expect(try shown() == ["after"])
    }

    @Test
    func `a record that a deletion hides comes back with a later revision`() async throws {
        try await harness.process([SampleCommit(at: 1).json, deletion(at: 5)])
        #expect(try shown().isEmpty)
        try await harness.process([SampleCommit(at: 6).json])
        #expect(try shown() == [SampleCommit(at: 6).rkey])
        #expect(try harness.record(SampleCommit(at: 6))?.rev == revision(6))
        try harness.expectSums()
    }
}
