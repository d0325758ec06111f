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

    private var retry: ActivityRetry { ActivityRetry(store: harness.store, clock: harness.clock.wallClock) }

    @Test
    func `an event that failed succeeds when the cause is gone, in one transaction`() async throws {
        let commit = SampleCommit(at: 1)
        try harness.refuseRecords()
        try await harness.process([commit.json])
        #expect(try harness.outcomes().map(\.status) == [.error])
        try harness.acceptRecords()
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
        try harness.refuseRecords()
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
        try harness.refuseRecords()
        try await harness.process([SampleCommit(at: 1).json])
        try harness.acceptRecords()
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
        #expect(try retry.retry(1) == .alreadySucceeded(id: 1))
        #expect(try retry.retry(2) == .inHand(id: 2))
        #expect(try retry.retry(3) == .noSuchRow(id: 3))
        #expect(try harness.log() == log)
        #expect(try harness.totals() == totals)
    }

    @Test
    func `a row that was interrupted too often can be tried again`() async throws {
        let id = try #require(try harness.logOnly([SampleCommit(at: 1).json]).first)
        for _ in 0..<2 { _ = try harness.store.write { db in try ActivityRepository(db).beginAttempt(id) } }
        try harness.recover()
        #expect(try harness.outcomes() == [.error("Interrupted 3 times", .internal)])
        #expect(try retry.retry(id) == .applied(id: id, status: .success, message: nil))
        #expect(try harness.record(SampleCommit(at: 1)) != nil)
        try harness.expectSums()
    }

    @Test
    func `all errors are tried again, oldest first, by another process while the daemon runs`() async throws {
        let lines = (0..<450).map { SampleCommit("update", at: $0, rkey: "key\($0 % 10)", text: "Text \($0)").json }
        try await harness.process(["{ nonsense"])
        try harness.refuseRecords()
        try await harness.process(lines + [SampleCommit("frobnicate", at: 500).json])
        try harness.acceptRecords()
        #expect(try harness.count(status: .error) == 452)
        let other = try Store.open(path: harness.store.path, access: .readWrite)
        defer { try? other.close() }
        var results: [ActivityRetry.Result] = []
        try await harness.run { running in
            let errors = ActivityFilter(sinceTimestamp: "", status: .error)
            try await ActivityRetry(store: other).retryAll(errors) { results.append($0) }
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

    @Test
    func `a retry by hand begins the count of attempts anew`() async throws {
        try harness.refuseRecords()
        try await harness.process([SampleCommit(at: 1).json])
        try harness.store.write { db in try ActivityRepository(db).setAttempts(1, 5, nextMicroseconds: nil) }
        harness.clock.now += 7
        _ = try retry.retry(1)
        let row = try #require(try harness.log().first)
        #expect((row.status, row.errorClass, row.attempts) == (.error, .internal, 0))
        #expect(row.nextAttemptMicroseconds == harness.clock.now + 60_000_000)
    }

    @Test
    func `an event that turns out to be bad itself is not tried again by itself`() async throws {
        try harness.refuseRecords()
        try await harness.process([SampleCommit(at: 1).json])
        try harness.acceptRecords()
        try await harness.process([SampleCommit("update", at: 1, text: "Another").json])
        _ = try retry.retry(1)
        let row = try #require(try harness.log().first)
        #expect((row.errorMessage, row.errorClass) == ("Conflicting CID for one revision", .data))
        #expect(row.nextAttemptMicroseconds == nil)
        try harness.expectSums()
    }

    @Test
    func `takes what a filter finds, of those the newest, from the oldest on`() async throws {
        try harness.refuseRecords()
        let likes = (0..<3).map { second in
            SampleCommit(at: second, rkey: "like\(second)").with { $0.collection = "app.bsky.feed.like" }.json
        }
        try await harness.process(likes + [SampleCommit(at: 4).json, SampleCommit("frobnicate", at: 5).json])
        try harness.acceptRecords()
        var filter = ActivityFilter(sinceTimestamp: "", status: .error, errorClass: .internal)
        filter.collection = "app.bsky.feed.like"
        var results: [ActivityRetry.Result] = []
        try await retry.retryAll(filter, limit: 2) { results.append($0) }
        #expect(results == [2, 3].map { .applied(id: $0, status: .success, message: nil) })
        #expect(try harness.outcomes().map(\.status) == [.error, .success, .success, .error, .error])
        filter.collection = nil
        results = []
        try await retry.retryAll(filter) { results.append($0) }
        #expect(results == [1, 4].map { .applied(id: $0, status: .success, message: nil) })
        try harness.expectSums()
    }
}
