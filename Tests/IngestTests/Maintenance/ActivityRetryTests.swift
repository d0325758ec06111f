import GRDB
import Jetstream
import Store
import Testing

@testable import Ingest

@Suite
struct ActivityRetryTests {
    private let harness: IngestHarness

    init() throws {
        harness = try IngestHarness()
    }

    private func refuseRecords() throws {
        try harness.execute(
            "CREATE TRIGGER refuse BEFORE INSERT ON record BEGIN SELECT RAISE(ABORT, 'refused by the test'); END"
        )
    }

    private func accept() throws { try harness.execute("DROP TRIGGER refuse") }

    private var retry: ActivityRetry { ActivityRetry(store: harness.store) }

    @Test
    func `an event that failed succeeds when the cause is gone, in one transaction`() async throws {
        let commit = SampleCommit(at: 1)
        try refuseRecords()
        try await harness.process([commit.json])
        #expect(try harness.outcomes().map(\.status) == [.error])
        try accept()
        let transactions = try StatementCounter(harness)
        #expect(try retry.retry(1) == .applied(id: 1, status: .success, message: nil))
        #expect(transactions.commits == 1)
        #expect(try harness.outcomes() == [.success])
        #expect(try harness.record(commit) != nil)
        let totals = try harness.totals()
        #expect(totals.stored == 1)
        #expect(totals.byStatus[.success] == 1)
        #expect(totals.byStatus[.error] == 0)
        try harness.expectSums()
    }

    @Test
    func `an event that fails again says why`() async throws {
        let commit = SampleCommit(at: 1)
        try refuseRecords()
        try await harness.process([commit.json, SampleCommit(at: 2).with { $0.cid = nil }.json])
        let result = try retry.retry(1)
        guard case .applied(id: 1, status: .error, message: let message?) = result else {
            return #expect(Bool(false), "\(result)")
        }
        #expect(message.contains("refused by the test"))
        #expect(try harness.record(commit) == nil)
        #expect(try harness.actor() == nil)
        #expect(try retry.retry(2) == .applied(id: 2, status: .error, message: "Event missing record or cid"))
        try harness.expectSums()
    }

    @Test
    func `an event that the stream has overtaken is skipped`() async throws {
        try refuseRecords()
        try await harness.process([SampleCommit(at: 1).json])
        try accept()
        try await harness.process([SampleCommit("delete", at: 2).json])
        let words = "Skipped: older than the stored revision"
        #expect(try retry.retry(1) == .applied(id: 1, status: .success, message: words))
        #expect(try harness.record(SampleCommit(at: 1)) == nil)
        try harness.expectSums()
    }

    @Test
    func `what is not there, in hand or done is left alone`() async throws {
        try await harness.process([SampleCommit(at: 1).json])
        try harness.logOnly([SampleCommit(at: 2).json])
        let (log, totals) = (try harness.log(), try harness.totals())
        #expect(try retry.retry(1) == .alreadySucceeded)
        #expect(try retry.retry(2) == .inHand)
        #expect(try retry.retry(3) == .noSuchRow)
        #expect(try harness.log() == log)
        #expect(try harness.totals() == totals)
    }

    @Test
    func `a row that was interrupted too often can be tried again`() async throws {
        let id = try #require(try harness.logOnly([SampleCommit(at: 1).json]).first)
        for _ in 0..<2 { _ = try harness.store.write { db in try ActivityRepository(db).beginAttempt(id) } }
        try harness.recover()
        #expect(try harness.outcomes() == [.error("Interrupted 3 times")])
        #expect(try retry.retry(id) == .applied(id: id, status: .success, message: nil))
        #expect(try harness.record(SampleCommit(at: 1)) != nil)
        try harness.expectSums()
    }

    @Test
    func `all errors are tried again, oldest first, by another process while the daemon runs`() async throws {
        let lines = (0..<450).map { SampleCommit("update", at: $0, rkey: "key\($0 % 10)", text: "Text \($0)").json }
        try await harness.process(["{ nonsense"])
        try refuseRecords()
        try await harness.process(lines + [SampleCommit("frobnicate", at: 500).json])
        try accept()
        #expect(try harness.count(status: .error) == 452)
        let other = try Store.open(path: harness.store.path, access: .readWrite)
        defer { try? other.close() }
        var results: [ActivityRetry.Result] = []
        try await harness.run { running in
            try ActivityRetry(store: other).retryAllErrors { results.append($0) }
            running.feed([SampleCommit("update", at: 600, rkey: "key1").json])
            try await running.settle()
        }
        #expect(results.count == 452)
        let applied = results.filter { result in
            if case .applied(_, .success, nil) = result { true } else { false }
        }
        // In the order of their times each is newer than the one before, so that none was skipped.
        #expect(applied.count == 450)
        #expect(try harness.count(status: .error) == 2)
        #expect(try harness.record(SampleCommit(at: 0, rkey: "key9"))?.rev == revision(449))
        try harness.expectSums()
    }
}
