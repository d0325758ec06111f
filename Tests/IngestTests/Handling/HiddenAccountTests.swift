import GRDB
import Jetstream
import Store
import TestSupport
import Testing
import Texts

@testable import Ingest

/// Accounts that are away: what is stored of them stays, and is not shown until they are back.
@Suite
struct HiddenAccountTests {
    private let harness: IngestHarness

    init() throws {
        harness = try IngestHarness()
    }

    private static let older = EventApplier.Outcome.skipped("Skipped: older than the stored state")
    private static let passing = EventApplier.Outcome.skipped("Skipped: this standing changes nothing")

    private func account(active: Bool = false, _ status: String?, at seconds: Int64) -> String {
        SampleAccount(active: active, status: status, seconds: seconds, seq: seconds).json
    }

    private func back(at seconds: Int64) -> String { account(active: true, nil, at: seconds) }

    /// The record keys that each kind of query shows.
    private func shown(includingHidden: Bool = false) throws -> [String] {
        try harness.store.read { db in
            let records = RecordRepository(db)
            let collection = SampleCommit(at: 1).collection
            let listed = try records.records(collection: collection, limit: 9, includingHidden: includingHidden).entries
            let ofAccount = try records.records(did: did("alice"), limit: 9, includingHidden: includingHidden).entries
            #expect(Set(listed.map(\.uri)) == Set(ofAccount.map(\.uri)))
            for rkey in ["a", "b"] {
                let key = SampleCommit(at: 1, rkey: rkey).key
                let one = try records.record(key, includingHidden: includingHidden)
                #expect(listed.first { $0.rkey == rkey } == one)
            }
            return listed.map(\.rkey).sorted()
        }
    }

    @Test(arguments: ["takendown", "suspended", "deactivated", nil, "away"])
    func `an account that is away hides its records until it is back`(_ status: String?) async throws {
        try await harness.process([SampleCommit(at: 1, rkey: "a").json, account(status, at: 5)])
        #expect(try shown().isEmpty)
        #expect(try shown(includingHidden: true) == ["a"])
        // Nothing is lost of what comes meanwhile.
        try await harness.process([SampleCommit(at: 6, rkey: "b").json])
        #expect(try shown().isEmpty)
        #expect(try harness.store.read { db in try RecordRepository(db).counts(limit: 9).map(\.records) } == [2])
        #expect(try harness.store.read { db in try ActorRepository(db).counts().hidden } == 1)
        try harness.expectSums()
        try await harness.process([back(at: 4)])
        #expect(try shown().isEmpty)
        #expect(try harness.outcomes().last == HiddenAccountTests.older)
        try await harness.process([back(at: 7)])
        #expect(try shown() == ["a", "b"])
        #expect(try harness.store.read { db in try ActorRepository(db).counts().hidden } == 0)
        try harness.expectSums()
    }

    @Test(arguments: ["throttled", "desynchronized"])
    func `a trouble on the way neither hides nor shows`(_ status: String) async throws {
        try await harness.process([SampleCommit(at: 1, rkey: "a").json, account(status, at: 5)])
        #expect(try harness.outcomes().last == HiddenAccountTests.passing)
        #expect(try shown() == ["a"])
        #expect(try harness.actor()?.isActive == true)
        for lines in [[account("takendown", at: 6), account(status, at: 7)], [account(status, at: 7)]] {
            try await harness.process(lines)
            #expect(try shown().isEmpty)
        }
        try await harness.process([account(active: true, status, at: 8)])
        #expect(try shown() == ["a"])
        try harness.expectSums()
    }

    @Test(arguments: [false, true])
    func `a standing that comes before the first record hides it`(_ isTogether: Bool) async throws {
        let lines = [account("takendown", at: 5), SampleCommit(at: 4, rkey: "a").json, back(at: 6)]
        if isTogether {
            try await harness.process(Array(lines[0...1]))
        } else {
            for line in lines[0...1] { try await harness.process([line]) }
        }
        #expect(try shown().isEmpty)
        #expect(try shown(includingHidden: true) == ["a"])
        #expect(try harness.actor()?.status == "takendown")
        try harness.expectSums()
        try await harness.process([lines[2]])
        #expect(try shown() == ["a"])
    }

    @Test(arguments: [false, true])
    func `a standing that is over before the first record hides nothing, in whichever order it came`(
        _ isTogether: Bool
    ) async throws {
        // The return is skipped at first, since nothing is known that it could end; a rewind brings both again.
        let lines = [back(at: 6), account("suspended", at: 5), back(at: 6), account("suspended", at: 5)]
        for batch in isTogether ? [lines] : lines.map({ [$0] }) { try await harness.process(batch) }
        #expect(try harness.log().map(\.rev) == ["5", "6"])
        try await harness.process([SampleCommit(at: 4, rkey: "a").json])
        #expect(try shown() == ["a"])
        #expect(try harness.actor()?.isActive == true)
        #expect(try harness.actor()?.accountSeq == 6)
        try harness.expectSums()
    }

    @Test
    func `of an account of which nothing is stored, only what hides or deletes is kept`() async throws {
        let lines = [back(at: 1), account("throttled", at: 2), account(active: true, "desynchronized", at: 3)]
        #expect(try await harness.process(lines).flow.skipped == [.unknownActor: 3])
        #expect(try harness.number("SELECT count(*) FROM account_tombstone") == 0)
        try harness.logOnly([account("takendown", at: 4)])
        try harness.recover()
        #expect(try harness.number("SELECT hidden FROM account_tombstone") == 1)
        try await harness.process([SampleAccount.deleted(at: 3, seq: 3).json])
        // The older deletion takes what was before it, and the newer standing stays.
        try await harness.process([SampleCommit(at: 2, rkey: "a").json, SampleCommit(at: 5, rkey: "b").json])
        #expect(try harness.outcomes().suffix(2) == [.skipped("Skipped: account deleted"), .success])
        #expect(try harness.actor()?.isHidden == true)
        #expect(try harness.actor()?.deletedRev == revision(3))
        try harness.expectSums()
    }
}
