import Jetstream
import Store
import TestSupport
import Testing

@testable import Ingest

/// Events of Jetstream v2.
@Suite
struct SecondWireTests {
    private let harness: IngestHarness
    private let source = StreamSource(host: "jetstream.example", wire: .v2, connection: 1)

    init() throws {
        harness = try IngestHarness()
    }

    /// What the log says of a row, but for the payload and the id.
    private struct LoggedRow: Equatable {
        let texts: [String]
        let outcome: IngestHarness.Outcome

        init(_ entry: ActivityEntry) {
            texts = [
                entry.timestamp, entry.operation, entry.collection, entry.did, entry.rkey, entry.rev, entry.cid,
            ]
            outcome = IngestHarness.Outcome(
                status: entry.status,
                message: entry.errorMessage,
                errorClass: entry.errorClass
            )
        }
    }

    /// The lives of forty accounts, and events that end as errors.
    private func histories() -> [String] {
        let lives = (1...40).map { seed in
            RandomHistory(seed: seed, did: did("\(seed)")).shuffled(seed: seed + 100)
        }
        let bad = [
            SampleCommit(at: 1, rkey: "bad").with { $0.cid = nil }.json, SampleCommit("frobnicate", at: 2).json,
            SampleCommit(at: 3, rkey: "bad").with { $0.rev = "none" }.json, "{ nonsense",
        ]
        return bad + lives.flatMap { $0 }
    }

    @Test
    func `the same history ends in the same tables on both wires`() async throws {
        let first = histories()
        let second = first.map { V2Text.message(ofV1: $0) }
        #expect(second.count { $0.hasPrefix(#"{"$type""#) } == second.count - 1)
        let other = try IngestHarness()
        try await other.process(first)
        try await harness.process(second, from: source)
        #expect(try harness.log().map(LoggedRow.init) == other.log().map(LoggedRow.init))
        let payloads = try other.log().map { V2Text.message(ofV1: String(decoding: $0.payload, as: UTF8.self)) }
        #expect(try harness.log().map(\.payload) == payloads.map { Array($0.utf8) })
        #expect(try harness.count(status: .error) == 4)
        #expect(try harness.state() == other.state())
        #expect(try harness.state().count == 40)
        try harness.expectSums()
    }

    @Test
    func `invariant 2: an event that comes over both wires is stored and applied once`() async throws {
        let first = Array(histories().dropFirst(4))
        let stored = try await harness.process(first).flow.stored
        let second = first.map { V2Text.message(ofV1: $0) }
        let flow = try await harness.process(second, from: source).flow
        #expect(flow.stored == 0)
        #expect(flow.skipped == [.duplicate: first.count])
        #expect(try harness.log().count == stored)
        try harness.expectSums()
    }

    @Test
    func `the position has the event's number and time`() async throws {
        let commit = SampleCommit(at: 5).with { $0.seq = 77 }
        try await harness.process([V2Text.message(ofV1: commit.json)], from: source)
        let position = try #require(try harness.position())
        #expect((position.wire, position.kind, position.cursor) == ("v2", "seq", 77))
        #expect(position.timeMicroseconds == at(5))
    }

    @Test
    func `invariant 1: what was left processing is applied from its own payload`() throws {
        let commits = (1...3).map { SampleCommit(at: $0, rkey: "3lqz2abcdef2\(1 + $0)") }
        let sync = SampleSync(seconds: 9, seq: 9)
        try harness.logOnly(commits.map { V2Text.message(ofV1: $0.json) } + [sync.json])
        #expect(try harness.count(status: .processing) == 4)
        try harness.recover()
        #expect(try harness.count(status: .success) == 4)
        for commit in commits { #expect(try harness.record(commit)?.cid == commit.cid) }
        try harness.expectSums()
    }

    @Test
    func `an event that failed can be tried again`() async throws {
        let commit = SampleCommit(at: 1)
        try harness.execute("CREATE TRIGGER refuse BEFORE INSERT ON record BEGIN SELECT RAISE(ABORT, 'refused'); END")
        try await harness.process([V2Text.message(ofV1: commit.json)], from: source)
        #expect(try harness.outcomes().map(\.status) == [.error])
        try harness.execute("DROP TRIGGER refuse")
        let retry = ActivityRetry(store: harness.store)
        #expect(try retry.retry(1) == .applied(id: 1, status: .success, message: nil))
        #expect(try harness.record(commit) != nil)
        try harness.expectSums()
    }
}

/// Sync events, which only v2 has.
extension SecondWireTests {
    @Test
    func `a sync is logged, and marks the actor, whose records stay as they are`() async throws {
        try await harness.process([SampleCommit(at: 1).json])
        let before = try harness.state()
        let sync = SampleSync(seconds: 2, seq: 800)
        try await harness.process([sync.json], from: source)
        let row = try #require(try harness.log().last)
        #expect((row.operation, row.did, row.rev) == ("sync", sync.did, "800"))
        #expect([row.collection, row.rkey, row.cid] == ["", "", ""])
        #expect(row.timestamp == UTCTimestamp.text(microseconds: at(2)))
        #expect(row.payload == Array(sync.json.utf8))
        #expect(try harness.outcomes() == [.success, .success])
        #expect(try harness.state() == before)
        #expect(try harness.actor()?.resyncRev == revision(2))
        #expect(try harness.position()?.cursor == 1_002)
        try harness.expectSums()
    }

    @Test
    func `a sync of an account of which nothing is stored is skipped`() async throws {
        let flow = try await harness.process([SampleSync(seconds: 1, seq: 1).json], from: source).flow
        #expect(flow.skipped == [.unknownActor: 1])
        #expect(try harness.log().isEmpty)
        #expect(try harness.position()?.cursor == 1_001)
        try harness.expectSums()
    }

    @Test
    func `a sync in the batch of the first record is logged`() async throws {
        let bad = SampleCommit(at: 1).with { ($0.did, $0.cid) = (did("bob"), nil) }
        let lines = [
            bad.json, SampleSync(did: did("bob"), seconds: 2, seq: 1).json,
            SampleCommit(at: 3).json, SampleSync(seconds: 4, seq: 2).json,
        ]
        try await harness.process(lines, from: source)
        let unknown = EventApplier.Outcome.skipped("Skipped: unknown actor")
        let missing = EventApplier.Outcome.error("Event missing record or cid")
        #expect(try harness.outcomes() == [missing, unknown, .success, .success])
        try harness.expectSums()
    }

    @Test
    func `invariant 2: a sync is known by its inner seq, or by its bytes`() async throws {
        try await harness.process([SampleCommit(at: 1).json])
        let numbered = (2...3).map { SampleSync(seconds: $0, seq: 800).json }
        let bare = SampleSync(seconds: 4, seq: nil).json
        let zero = SampleSync(seconds: 5, seq: 0).json
        let flow = try await harness.process(numbered + [bare, zero, bare], from: source).flow
        #expect(flow.stored == 3)
        #expect(flow.skipped == [.duplicate: 2])
        let revisions = try harness.log().dropFirst().map(\.rev)
        #expect(revisions.map { $0.hasPrefix("sha256:") } == [false, true, true])
        try harness.expectSums()
    }

    private func marks() throws -> [String: String] {
        let marked = try harness.store.read { db in try ActorRepository(db).needingResync(limit: 10) }
        return Dictionary(uniqueKeysWithValues: marked.map { ($0.did, $0.resyncRev ?? "") })
    }

    @Test
    func `the newest sync marks, until the account is deleted`() async throws {
        try await harness.process([SampleCommit(at: 1).json])
        let syncs = [5, 3, 7].map { SampleSync(seconds: $0, seq: $0).json }
        try await harness.process(syncs, from: source)
        #expect(
            try harness.outcomes().dropFirst() == [
                .success, .skipped("Skipped: older than the stored state"), .success,
            ]
        )
        #expect(try marks() == [did("alice"): revision(7)])
        try harness.expectSums()
        // A deletion of before it does not take what it says.
        try await harness.process([SampleAccount.deleted(at: 6, seq: 100).json])
        #expect(try marks() == [did("alice"): revision(7)])
        try await harness.process([SampleAccount.deleted(at: 8, seq: 101).json, SampleSync(seconds: 8, seq: 9).json])
        #expect(try marks().isEmpty)
        #expect(try harness.outcomes().last == .skipped("Skipped: account deleted"))
        try harness.expectSums()
    }

    @Test
    func `a sync whose revision is no TID is an error`() async throws {
        let sync = SampleSync(seconds: 2, seq: 1).json.replacing(revision(2), with: "rev1")
        try await harness.process([SampleCommit(at: 1).json, sync], from: source)
        #expect(try harness.outcomes() == [.success, .error("Invalid revision: rev1 is no TID")])
        #expect(try marks().isEmpty)
    }
}
