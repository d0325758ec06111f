import GRDB
import Jetstream
import Store
import TestSupport
import Testing

@testable import Ingest

@Suite
struct Invariant1InboxTests {
    private let harness: IngestHarness

    init() throws {
        harness = try IngestHarness()
    }

    /// Events that end in every way that applying has.
    private var events: [String] {
        [
            SampleCommit(at: 1).json,
            SampleIdentity(handle: "alice.example", seconds: 2, seq: 7).json,
            SampleCommit("update", at: 3, text: "Changed").json,
            SampleCommit("update", at: 2, text: "Too late").json,
            SampleCommit(at: 4, rkey: "3lqz2abcdef2t").with { $0.cid = nil }.json,
            SampleCommit("delete", at: 5, rkey: "3lqz2abcdef2u").json,
            SampleAccount(active: false, status: "deactivated", seconds: 6, seq: 8).json,
            SampleAccount.deleted(did("bob"), at: 6, seq: 9).json,
            "{ nonsense",
        ]
    }

    @Test
    func `invariant 1: commit 1 holds the payloads and the cursor that covers them`() async throws {
        try await harness.run(feeding: [SampleMessage(SampleCommit(at: 1).json)]) { running in
            await running.queue.drained()
            // What is settled is committed, whatever has become of commit 2.
            let row = try #require(try harness.log().first)
            #expect(row.payload == Array(SampleCommit(at: 1).json.utf8))
            #expect(try harness.position()?.timeMicroseconds == at(1))
        }
    }

    @Test
    func `invariant 1: rows left processing are applied from their payload, with the same result`() async throws {
        let straight = try IngestHarness()
        try await straight.process(events)

        let ids = try harness.logOnly(events)
        #expect(ids.count == events.count)
        #expect(try harness.count(status: .processing) == events.count)
        #expect(try harness.record(SampleCommit(at: 1)) == nil)
        #expect(try harness.recover() == events.count)

        #expect(try harness.outcomes() == straight.outcomes())
        #expect(try harness.record(SampleCommit(at: 1)) == straight.record(SampleCommit(at: 1)))
        #expect(try harness.actor() == straight.actor())
        #expect(try harness.floor(did("bob")) == straight.floor(did("bob")))
        #expect(try harness.totals() == straight.totals())
        try harness.expectSums()
    }

    @Test
    func `invariant 1: recovery empties the payload of a success when payloads are not kept`() throws {
        try harness.logOnly(events)
        _ = try RowApplier(store: harness.store, emptiesPayloads: true, clock: harness.clock.wallClock).recover()
        for row in try harness.log() {
            #expect(row.payload.isEmpty == (row.status == .success), "\(row.id)")
        }
        try harness.expectSums()
    }

    @Test
    func `invariant 1: recovery is done once`() throws {
        try harness.logOnly(events)
        #expect(try harness.recover() == events.count)
        let (log, totals) = (try harness.log(), try harness.totals())
        #expect(try harness.recover() == 0)
        #expect(try harness.log() == log)
        #expect(try harness.totals() == totals)
    }

    @Test
    func `invariant 1: an attempt is committed before a row is applied`() throws {
        try harness.logOnly([SampleCommit(at: 1).json])
        try harness.execute(
            """
            CREATE TABLE seen (attempts INTEGER);
            CREATE TRIGGER look AFTER INSERT ON record BEGIN
                INSERT INTO seen SELECT attempts FROM jetstream_activity;
            END
            """
        )
        let transactions = try StatementCounter(harness)
        #expect(try harness.recover() == 1)
        #expect(transactions.commits == 2)
        #expect(try harness.store.read { db in try Int.fetchAll(db, sql: "SELECT attempts FROM seen") } == [1])
    }

    @Test
    func `invariant 1: rows are tried together after one interruption, and alone after two`() throws {
        let lines = (1...30).map { SampleCommit(at: $0, rkey: "key\($0)").json }
        try harness.logOnly(lines)
        let together = try StatementCounter(harness)
        #expect(try harness.recover() == 30)
        #expect(together.commits == 2)

        let ids = try harness.logOnly((1...30).map { SampleCommit(at: $0, rkey: "other\($0)").json })
        _ = try harness.store.write { db in try ActivityRepository(db).beginAttempt(ids[7]) }
        let alone = try StatementCounter(harness)
        #expect(try harness.recover() == 30)
        #expect(alone.commits == 60)
        #expect(try harness.count(status: .success) == 60)
        try harness.expectSums()
    }

    @Test
    func `invariant 1: a bad row that is tried with others harms none of them`() throws {
        var lines = (1...30).map { SampleCommit(at: $0, rkey: "key\($0)").json }
        lines[7] = "{ nonsense"
        lines[20] = lines[20].replacing("key21", with: "poison")
        try harness.logOnly(lines)
        try harness.execute(
            """
            CREATE TRIGGER poison BEFORE INSERT ON record WHEN new.rkey = 'poison'
            BEGIN SELECT RAISE(ABORT, 'poisoned'); END
            """
        )
        #expect(try harness.recover() == 30)
        #expect(try harness.count(status: .success) == 28)
        #expect(try harness.outcomes()[20].message?.contains("poisoned") == true)
        try harness.expectSums()
    }

    @Test
    func `invariant 1: a fault of the machine is no interruption`() throws {
        let ids = try harness.logOnly([SampleCommit(at: 1).with { $0.record = largeRecord }.json])
        let id = try #require(ids.first)
        try harness.fillDatabase()
        for _ in 0..<RowApplier.maximumInterruptions + 1 {
            #expect(throws: DatabaseError.self) { try harness.recover() }
        }
        let row = try #require(try harness.store.read { db in try ActivityRepository(db).entry(id) })
        #expect(row.status == .processing)
        #expect(row.attempts == 0)
        try harness.letDatabaseGrow()
        #expect(try harness.recover() == 1)
        #expect(try harness.outcomes() == [.success])
    }

    @Test
    func `invariant 1: the third interruption of a row ends it, and its neighbours are applied`() throws {
        let lines = [SampleCommit(at: 1).json, SampleCommit(at: 2, rkey: "3lqz2abcdef2t").json]
        let ids = try harness.logOnly(lines)
        let id = try #require(ids.first)
        // The batch that was interrupted is the first one; two starts were interrupted after it.
        for _ in 0..<2 { _ = try harness.store.write { db in try ActivityRepository(db).beginAttempt(id) } }
        #expect(try harness.recover() == 2)
        #expect(try harness.outcomes() == [.error("Interrupted 3 times", .internal), .success])
        #expect(try harness.record(SampleCommit(at: 1)) == nil)
        try harness.expectSums()
    }

    @Test
    func `invariant 1: the second interruption of a row does not end it`() throws {
        let id = try #require(try harness.logOnly([SampleCommit(at: 1).json]).first)
        _ = try harness.store.write { db in try ActivityRepository(db).beginAttempt(id) }
        #expect(try harness.recover() == 1)
        #expect(try harness.outcomes() == [.success])
    }

    @Test
    func `invariant 1: a run that is stopped while the disk is full leaves rows that the next one applies`()
        async throws
    {
        let commit = SampleCommit(at: 1).with { $0.record = largeRecord }
        // As much as commit 1 of the same event takes elsewhere, and no page more.
        let twin = try IngestHarness()
        try twin.logOnly([commit.json])
        let run = try await harness.run { running in
            try harness.setPageLimit(try twin.pages())
            running.feed([commit.json])
            try await eventually("the disk is full") { running.state.machineFault != nil }
        }
        #expect(run.state.flow.stored == 1)
        #expect(try harness.outcomes().map(\.status) == [.processing])
        #expect(try harness.record(commit) == nil)
        try harness.expectSums()
        try harness.letDatabaseGrow()
        #expect(try harness.recover() == 1)
        #expect(try harness.outcomes() == [.success])
        #expect(try harness.record(commit)?.json == Array(largeRecord.utf8))
        try harness.expectSums()
    }
}
