import GRDB
import Logging
import Store
import TestSupport
import Testing

@testable import Ingest

/// Internal errors that the daemon tries again by itself.
@Suite
struct WaitingRetryTests {
    private let bench: CleanupBench
    private var harness: IngestHarness { bench.harness }

    init() throws {
        bench = try CleanupBench()
    }

    private func row(_ id: Int64 = 1) throws -> ActivityEntry {
        try #require(try harness.store.read { db in try ActivityRepository(db).entry(id) })
    }

    /// One look at what is due.
    @discardableResult
    private func retry(
        emptiesPayloads: Bool = false,
        onRetry: @escaping @Sendable () -> Void = {},
        giveWay: () async throws -> Void = {}
    ) async throws -> WaitingRetry.Result {
        let retry = WaitingRetry(
            store: harness.store,
            clock: harness.clock.wallClock,
            emptiesPayloads: emptiesPayloads,
            onRetry: onRetry
        )
        return try await retry.run { _ in try await giveWay() }
    }

    /// Has events fail for no fault of their own, and the cause go away when `body` is done.
    private func fail(_ lines: [String], until body: () async throws -> Void = {}) async throws {
        try harness.refuseRecords()
        try await harness.process(lines)
        #expect(try harness.log().allSatisfy { $0.errorClass == .internal && $0.status == .error })
        try await body()
        try harness.acceptRecords()
    }
}

/// When.
extension WaitingRetryTests {
    @Test
    func `the timer tries an internal error again when it is due, and not before`() async throws {
        try await fail([SampleCommit(at: 1).json])
        let due = try #require(try row().nextAttemptMicroseconds)
        harness.clock.now = due - 1
        try await bench.clean(bench.options(interval: .milliseconds(1))) { cleanup in
            // A sweep comes before the retry of its tick: after the third the retry was there twice.
            try await eventually("three sweeps") { cleanup.sweeps >= 3 }
            #expect(try row().status == .error)
            harness.clock.now = due
            try await eventually("the event was applied") { try row().status == .success }
        }
        let ended = try row()
        #expect((ended.errorMessage, ended.errorClass, ended.attempts) == (nil, nil, 1))
        #expect(ended.nextAttemptMicroseconds == nil)
        #expect(try harness.record(SampleCommit(at: 1)) != nil)
        #expect(bench.recorder.messages(.notice).contains { $0.contains("Tried internal errors again") })
        #expect(try harness.totals().byStatus[.error] == 0)
        try harness.expectSums()
    }

    @Test
    func `an internal error that lasts is tried five times, at growing distances, and then left`() async throws {
        try await fail([SampleCommit(at: 1).json]) {
            for (attempt, delay) in RetrySchedule.delays.enumerated() {
                let due = try #require(try row().nextAttemptMicroseconds)
                #expect(due == harness.clock.now + delay.microseconds)
                harness.clock.now = due
                #expect(try await retry() == WaitingRetry.Result(tried: 1, succeeded: 0))
                #expect(try row().attempts == attempt + 1)
            }
            harness.clock.now = hour(100_000)
            #expect(try await retry() == WaitingRetry.Result())
            let left = try row()
            #expect((left.status, left.errorClass, left.attempts) == (.error, .internal, 5))
            #expect(left.nextAttemptMicroseconds == nil)
            try harness.expectSums()
        }
    }

    @Test
    func `a clock that was put back does not leave an error waiting for ever`() async throws {
        harness.clock.now = hour(100_000)
        try await fail([SampleCommit(at: 1).json])
        harness.clock.now = hour(1)
        #expect(try await retry() == WaitingRetry.Result(tried: 1, succeeded: 1))
    }

    @Test
    func `a flood of errors is taken in portions`() async throws {
        let count = WaitingRetry.rowsPerRun + 20
        try await fail((0..<count).map { SampleCommit("update", at: Int64($0), rkey: "key\($0)").json })
        harness.clock.now = hour(2)
        let first = try await retry()
        #expect(first == WaitingRetry.Result(tried: WaitingRetry.rowsPerRun, succeeded: WaitingRetry.rowsPerRun))
        #expect(try await retry() == WaitingRetry.Result(tried: 20, succeeded: 20))
        try harness.expectSums()
    }
}

/// How.
extension WaitingRetryTests {
    @Test
    func `invariant 1: an attempt is committed before the event is applied, its effect with its status`() async throws {
        try await fail([SampleCommit(at: 1).json])
        try harness.execute(
            """
            CREATE TABLE seen (attempts INTEGER, status TEXT);
            CREATE TRIGGER look AFTER INSERT ON record BEGIN
                INSERT INTO seen SELECT attempts, status FROM jetstream_activity;
            END
            """
        )
        harness.clock.now = hour(2)
        let transactions = try StatementCounter(harness)
        try await retry()
        #expect(transactions.commits == 2)
        #expect(try harness.text("SELECT attempts || status FROM seen") == "1error")
        #expect(try row().status == .success)
    }

    @Test
    func `invariant 4: a fault of the machine is no attempt`() async throws {
        let commit = SampleCommit(at: 1).with { $0.record = largeRecord }
        try await fail([commit.json])
        harness.clock.now = hour(2)
        try harness.fillDatabase()
        for _ in 0..<RetrySchedule.delays.count + 1 {
            await #expect(throws: DatabaseError.self) { try await retry() }
        }
        #expect((try row().status, try row().attempts) == (.error, 0))
        try harness.letDatabaseGrow()
        #expect(try await retry() == WaitingRetry.Result(tried: 1, succeeded: 1))
        #expect(try harness.record(commit)?.json == Array(largeRecord.utf8))
        try harness.expectSums()
    }

    @Test
    func `what a person has retried meanwhile is left alone`() async throws {
        try await fail([SampleCommit(at: 1).json, SampleCommit(at: 2, rkey: "3lqz2abcdef2t").json])
        harness.clock.now = hour(2)
        let byHand = ActivityRetry(store: harness.store, clock: harness.clock.wallClock)
        let result = try await retry(giveWay: { _ = try byHand.retry(2) })
        #expect(result == WaitingRetry.Result(tried: 1, succeeded: 1))
        #expect(try harness.outcomes() == [.success, .success])
        #expect(try row(2).attempts == 0)
        try harness.expectSums()
    }

    @Test
    func `the payload of a late success is emptied when payloads are not kept`() async throws {
        try await fail([SampleCommit(at: 1).json])
        harness.clock.now = hour(2)
        try await retry(emptiesPayloads: true)
        #expect((try row().status, try row().payload) == (.success, []))
        try harness.expectSums()
    }

    @Test
    func `invariant 3: the handler heeds an account that a retry has deleted`() async throws {
        try await harness.run { running in
            running.feed([SampleCommit(at: 1).json])
            try await running.settle()
            try harness.execute(
                """
                CREATE TRIGGER keep BEFORE UPDATE ON actor BEGIN SELECT RAISE(ABORT, 'refused by the test'); END
                """
            )
            running.feed([SampleAccount.deleted(at: 10, seq: 1).json])
            try await running.settle()
            #expect(try row(2).errorClass == .internal)
            try harness.execute("DROP TRIGGER keep")
            // The handler asks for the actor, and keeps what it is told.
            running.feed([SampleCommit(at: 2, rkey: "3lqz2abcdef2t").json])
            try await running.settle()
            harness.clock.now = hour(2)
            #expect(try await retry(onRetry: running.handler.forgetActors).succeeded == 1)
            running.feed([SampleCommit(at: 3, rkey: "3lqz2abcdef2u").json])
            try await running.settle()
        }
        #expect(try row(4).errorMessage == "Skipped: account deleted")
        #expect(try harness.record(SampleCommit(at: 3, rkey: "3lqz2abcdef2u")) == nil)
    }
}
