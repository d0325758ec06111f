import Jetstream
import Store
import Testing

@testable import Ingest

@Suite
struct Invariant2OnceTests {
    private let harness: IngestHarness
    private let otherHost = StreamSource(host: "other.example", wire: .v1, connection: 2)

    init() throws {
        harness = try IngestHarness()
    }

    /// A hundred events of all kinds, of three actors.
    private var events: [String] {
        (0..<100).map { index in
            let did = did(["alice", "bob", "carol"][index % 3])
            let seconds = Int64(index)
            let rkey = "3lqz2abcde\(200 + index % 13)"
            return switch index % 10 {
            case 7: SampleIdentity(did: did, handle: "name\(index).example", seconds: seconds, seq: seconds).json
            case 8: SampleAccount(did: did, active: true, status: nil, seconds: seconds, seq: seconds).json
            case 9: "{ nonsense \(index)"
            case 5, 6: SampleCommit("delete", at: seconds, rkey: rkey).with { $0.did = did }.json
            default: SampleCommit(at: seconds, rkey: rkey, text: "Text \(index)").with { $0.did = did }.json
            }
        }
    }

    @Test
    func `invariant 2: an event that comes again from the same or another host is stored and applied once`()
        async throws
    {
        let straight = try IngestHarness()
        try await straight.process(events)
        #expect(try straight.log().count == 100)

        var skipped = 0
        skipped += try await harness.process(Array(events[0..<60])).flow.skipped[.duplicate] ?? 0
        skipped += try await harness.process(Array(events[30..<100]), from: otherHost).flow.skipped[.duplicate] ?? 0
        let again = try await harness.process(events).flow
        skipped += again.skipped[.duplicate] ?? 0

        #expect(skipped == 130)
        #expect(again.stored == 0)
        #expect(again.remainder == 0)
        #expect(try harness.totals().skippedByReason == ["duplicate": 130])
        // The ids differ, since SQLite counts on where it inserts nothing.
        #expect(try harness.log().map(\.payload) == straight.log().map(\.payload))
        #expect(try harness.outcomes() == straight.outcomes())
        #expect(try harness.state() == straight.state())
        try harness.expectSums()
    }

    @Test
    func `invariant 2: an event that comes twice in one batch is stored and applied once`() async throws {
        let flow = try await harness.process(events.flatMap { [$0, $0] }).flow
        #expect(flow.stored == 100)
        #expect(flow.skipped == [.duplicate: 100])
        let straight = try IngestHarness()
        try await straight.process(events)
        #expect(try harness.state() == straight.state())
        #expect(try harness.outcomes() == straight.outcomes())
        try harness.expectSums()
    }

    @Test
    func `invariant 2: a duplicate of an event that ended in error is skipped as well`() async throws {
        let bad = SampleCommit(at: 1).with { $0.cid = nil }.json
        try await harness.process([bad])
        let flow = try await harness.process([bad]).flow
        #expect(flow.skipped == [.duplicate: 1])
        #expect(try harness.outcomes() == [.error("Event missing record or cid")])
    }

    @Test
    func `invariant 2: one commit's operations on several records are several events`() async throws {
        let lines = ["3lqz2abcdef22", "3lqz2abcdef23"].map { SampleCommit(at: 1, rkey: $0).json }
        let collections = ["app.bsky.feed.like", "app.bsky.feed.repost"].map { collection in
            SampleCommit(at: 1).with { $0.collection = collection }.json
        }
        let flow = try await harness.process(lines + collections).flow
        #expect(flow.stored == 4)
    }

    @Test
    func `invariant 2: identity and account events are known by their inner seq`() async throws {
        try await harness.process([SampleCommit(at: 1).json])
        let identity = SampleIdentity(handle: "alice.example", seconds: 2, seq: 7)
        let account = SampleAccount(active: true, status: nil, seconds: 2, seq: 7)
        var later = identity
        later.seconds = 3
        let flow = try await harness.process([identity.json, account.json, later.json]).flow
        #expect(flow.stored == 2)
        #expect(flow.skipped == [.duplicate: 1])
        let rows = try harness.log().dropFirst()
        #expect(rows.map(\.operation) == ["identity", "account"])
        #expect(rows.map(\.rev) == ["7", "7"])
        #expect(rows.map(\.collection) == ["", ""])
    }

    @Test
    func `invariant 2: what has no seq or cannot be read is known by its bytes`() async throws {
        try await harness.process([SampleCommit(at: 1).json])
        let identity = SampleIdentity(handle: "alice.example", seconds: 2, seq: nil).json
        let flow = try await harness.process(["{ nonsense", identity, "{ nonsense", identity, "{ nonsense!"]).flow
        #expect(flow.stored == 3)
        #expect(flow.skipped == [.duplicate: 2])
        let rows = try harness.log().dropFirst()
        #expect(rows.first?.rev == "sha256:ca59d40619e4144aa2e4074b2dd078c5c97a2be7c50e145b0757ffc471193667")
        #expect(rows.allSatisfy { $0.rev.count == "sha256:".count + 64 })
        #expect(Set(rows.map(\.rev)).count == 3)
    }
}
