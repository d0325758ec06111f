import GRDB
import Jetstream
import Store
import TestSupport
import Testing

@testable import Ingest

@Suite
struct DeletionCleanupTests {
    private let bench: CleanupBench
    private var harness: IngestHarness { bench.harness }

    init() throws {
        bench = try CleanupBench()
    }
}

/// Tombstones.
extension DeletionCleanupTests {
    private func tombstones() throws -> (records: Int64?, accounts: Int64?) {
        (
            try harness.number("SELECT count(*) FROM tombstone"),
            try harness.number("SELECT count(*) FROM account_tombstone")
        )
    }

    private var deletions: [String] {
        [SampleCommit("delete", at: 1).json, SampleAccount.deleted(did("bob"), at: 1, seq: 1).json]
    }

    @Test(arguments: [(1, 72), (72, 72), (168, 168)] as [(Int64, Int64)])
    func `tombstones live as long as the log, and three days at least`(_ retention: Int64, _ life: Int64) async throws {
        try await bench.receive(deletions, atHour: 0)
        harness.clock.now = hour(life)
        try await bench.sweep(bench.options(retentionHours: retention))
        #expect(try tombstones() == (1, 1))
        harness.clock.now += 1
        try await bench.sweep(bench.options(retentionHours: retention))
        #expect(try tombstones() == (0, 0))
    }

    @Test
    func `tombstones live as long as an older row that is still open`() async throws {
        harness.clock.now = at(0)
        try harness.logOnly([SampleCommit(at: 0).json])
        try await bench.receive(deletions, atHour: 1)
        harness.clock.now = hour(1000)
        try await bench.sweep(bench.options())
        #expect(try tombstones() == (1, 1))
        // What the row is for: the record that it would make is deleted since.
        try harness.recover()
        #expect(try harness.record(SampleCommit(at: 0)) == nil)
        try await bench.sweep(bench.options())
        #expect(try tombstones() == (0, 0))
    }
}

/// Records of deleted accounts.
extension DeletionCleanupTests {
    @Test
    func `removes the records of a deleted account in chunks`() async throws {
        let records = (0..<1200).map { SampleCommit(at: $0 / 10, rkey: "key\($0)").json }
        let later = SampleCommit(at: 900, rkey: "later")
        let neighbour = SampleCommit(at: 1).with { $0.did = did("bob") }
        try await bench.receive(records + [later.json, neighbour.json], atHour: 1)
        try await bench.receive([SampleAccount.deleted(at: 500, seq: 1).json], atHour: 2)
        #expect(try harness.number("SELECT count(*) FROM record") == 1202)
        try await bench.clean(bench.options()) { _ in
            try await eventually("the purge is done") { try harness.actor()?.isPurgePending == false }
        }
        #expect(try harness.number("SELECT count(*) FROM record") == 2)
        #expect(try harness.record(later) != nil)
        #expect(try harness.record(neighbour) != nil)
        try harness.expectSums()
    }

    @Test
    func `a second deletion during the removal is not forgotten`() async throws {
        let commits = [SampleCommit(at: 1, rkey: "first"), SampleCommit(at: 7, rkey: "second")]
        try await bench.receive(commits.map(\.json), atHour: 1)
        try await bench.receive([SampleAccount.deleted(at: 5, seq: 1).json], atHour: 2)
        // As the handler does when the event comes between two chunks.
        try harness.execute(
            """
            CREATE TRIGGER again AFTER DELETE ON record WHEN old.rkey = 'first'
            BEGIN UPDATE actor SET deleted_rev = '\(revision(9))', purge_pending = 1; END
            """
        )
        try await bench.clean(bench.options()) { _ in
            try await eventually("the purge is done") { try harness.actor()?.isPurgePending == false }
        }
        #expect(try harness.actor()?.deletedRev == revision(9))
        #expect(try harness.number("SELECT count(*) FROM record") == 0)
    }
}
