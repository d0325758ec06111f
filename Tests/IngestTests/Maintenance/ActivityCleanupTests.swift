import GRDB
import Jetstream
import Logging
import Store
import Testing

@testable import Ingest

@Suite
struct ActivityCleanupTests {
    private static let hour: Int64 = 3600

    private let harness: IngestHarness
    private let recorder = LogRecorder()

    init() throws {
        harness = try IngestHarness()
    }

    /// Handles events at a time of receipt, in hours after the base.
    private func receive(_ lines: [String], atHour hour: Int64) async throws {
        harness.clock.now = at(hour * ActivityCleanupTests.hour)
        try await harness.process(lines)
    }

    private func lines(_ seconds: Range<Int64>) -> [String] {
        seconds.map { SampleCommit("update", at: $0, rkey: "key\($0)").json }
    }

    private func options(
        retentionHours: Int64 = 168,
        interval: Duration = .seconds(3600),
        maximumPayloadBytes: Int64? = nil
    ) -> ActivityCleanup.Options {
        ActivityCleanup.Options(
            retention: .seconds(retentionHours * ActivityCleanupTests.hour),
            interval: interval,
            maximumPayloadBytes: maximumPayloadBytes
        )
    }

    /// Runs a clean-up while `body` runs.
    private func clean(
        _ options: ActivityCleanup.Options,
        _ body: (ActivityCleanup) async throws -> Void
    ) async throws {
        let cleanup = ActivityCleanup(
            options,
            store: harness.store,
            clock: harness.clock.wallClock,
            logger: recorder.logger,
            tickInterval: .milliseconds(2)
        )
        async let end: Void = cleanup.run()
        do {
            try await body(cleanup)
        } catch {
            cleanup.stop()
            await end
            throw error
        }
        cleanup.stop()
        await end
    }

    /// One sweep, from its start to its end.
    private func sweep(_ options: ActivityCleanup.Options) async throws {
        try await clean(options) { cleanup in
            try await eventually("a sweep") { cleanup.sweeps == 1 }
        }
    }
}

/// When it sweeps.
extension ActivityCleanupTests {
    @Test
    func `sweeps at start, and again and again by the timer`() async throws {
        try await clean(options(interval: .milliseconds(10))) { cleanup in
            for round in 0..<3 as Range<Int64> {
                try await receive(lines(round..<round + 1), atHour: 0)
                harness.clock.now = at(200 * ActivityCleanupTests.hour)
                try await eventually("sweep \(round + 1) that deletes") { try harness.log().isEmpty }
            }
            try await eventually("three sweeps") { cleanup.sweeps >= 3 }
        }
        #expect(try harness.totals().cleanedByStatus[.success] == 3)
        #expect(recorder.messages(.error).isEmpty)
        try harness.expectSums()
    }

    @Test
    func `sweeps once when the interval is long, and again when it is told to`() async throws {
        try await clean(options()) { cleanup in
            try await eventually("the first sweep") { cleanup.sweeps == 1 }
            cleanup.sweepNow()
            try await eventually("the second sweep") { cleanup.sweeps == 2 }
        }
    }

    @Test
    func `a wish for a sweep outlasts a sweep and the ticks in it`() async throws {
        try await receive(lines(0..<1), atHour: 0)
        harness.clock.now = at(200 * ActivityCleanupTests.hour)
        let transactions = try StatementCounter(harness)
        let lock = try WriteLock(harness)
        try await clean(options()) { cleanup in
            try await eventually("a sweep has begun") { transactions.begins == 1 }
            cleanup.sweepNow()
            // More ticks than any buffer holds.
            try await Task.sleep(for: .milliseconds(60))
            #expect(cleanup.sweeps == 0)
            try await lock.release()
            try await eventually("both sweeps") { cleanup.sweeps == 2 }
        }
    }

    @Test
    func `takes other limits while it runs`() async throws {
        try await receive(lines(0..<3), atHour: 0)
        harness.clock.now = at(100 * ActivityCleanupTests.hour)
        try await clean(options()) { cleanup in
            try await eventually("the first sweep") { cleanup.sweeps == 1 }
            #expect(try harness.log().count == 3)
            cleanup.change(options(retentionHours: 99, interval: .milliseconds(1)))
            try await eventually("a sweep by the new limits") { try harness.log().isEmpty }
        }
    }

    @Test
    func `a sweep that failed is tried again at the next tick`() async throws {
        try await receive(lines(0..<3), atHour: 0)
        harness.clock.now = at(200 * ActivityCleanupTests.hour)
        try harness.execute(
            """
            CREATE TRIGGER refuse BEFORE DELETE ON jetstream_activity BEGIN SELECT RAISE(ABORT, 'refused'); END
            """
        )
        try await clean(options()) { cleanup in
            try await eventually("the sweep fails") { !recorder.messages(.error).isEmpty }
            #expect(cleanup.sweeps == 0)
            try harness.execute("DROP TRIGGER refuse")
            try await eventually("a sweep") { cleanup.sweeps == 1 }
        }
        #expect(try harness.log().isEmpty)
    }

    @Test
    func `ends when it is stopped, also before it began`() async throws {
        let cleanup = ActivityCleanup(
            options(),
            store: harness.store,
            clock: harness.clock.wallClock,
            logger: recorder.logger
        )
        cleanup.stop()
        await cleanup.run()
        #expect(cleanup.sweeps == 0)
    }
}

/// What it deletes.
extension ActivityCleanupTests {
    @Test
    func `deletes what was received before the retention, whatever its own time`() async throws {
        // Old by their own time, and received late.
        let old = lines(0..<3)
        try await receive(lines(1000..<1002), atHour: 10)
        try await receive(old, atHour: 20)
        harness.clock.now = at(178 * ActivityCleanupTests.hour)
        try await sweep(options())
        // Exactly as old as the retention is not older.
        #expect(try harness.log().count == 5)
        harness.clock.now += 1
        try await sweep(options())
        #expect(try harness.log().map(\.payload) == old.map { Array($0.utf8) })
        try harness.expectSums()
    }

    @Test
    func `never deletes what is processing`() async throws {
        harness.clock.now = at(0)
        try harness.logOnly(lines(0..<2))
        try await receive(lines(2..<4) + ["{ nonsense"], atHour: 1)
        harness.clock.now = at(1000 * ActivityCleanupTests.hour)
        try await sweep(options(retentionHours: 1, maximumPayloadBytes: 0))
        #expect(try harness.log().map(\.status) == [.processing, .processing])
        try harness.expectSums()
        try harness.recover()
        try await sweep(options(retentionHours: 1))
        #expect(try harness.log().isEmpty)
        #expect(try harness.totals().stored == 5)
        try harness.expectSums()
    }

    @Test
    func `deletes the oldest above the limit of bytes`() async throws {
        let lines = lines(100..<200)
        try await receive(lines, atHour: 0)
        let bytes = Int64(lines[0].utf8.count)
        try await sweep(options(maximumPayloadBytes: bytes * 30 + bytes / 2))
        #expect(try harness.log().map(\.payload) == lines.suffix(30).map { Array($0.utf8) })
        #expect(try harness.totals().payloadBytes == bytes * 30)
        try harness.expectSums()
        try await sweep(options(maximumPayloadBytes: bytes * 30))
        #expect(try harness.log().count == 30)
    }

    @Test
    func `keeps the buckets equal to the log`() async throws {
        var random = SeededGenerator(seed: 11)
        let lines = (0..<600).map { index in
            SampleCommit(
                ["create", "update", "delete", "frobnicate"][Int.random(in: 0..<4, using: &random)],
                at: Int64.random(in: 0..<3600, using: &random),
                rkey: "key\(index)"
            ).json
        }
        try await receive(Array(lines[..<300]), atHour: 0)
        try await receive(Array(lines[300...]), atHour: 1)
        try await sweep(options(retentionHours: 0))
        #expect(try harness.log().count == 300)
        try harness.expectSums()
        let buckets = try harness.store.read { db in
            try ActivityRepository(db).buckets(.threeHours, nowMicroseconds: at(3600))
        }
        let log = try harness.log().filter { $0.operation != "frobnicate" }
        #expect(buckets.reduce(0) { $0 + $1.creates + $1.updates + $1.deletes } == Int64(log.count))
        #expect(buckets.reduce(0) { $0 + $1.errors } == Int64(300 - log.count))
    }

    @Test
    func `gives the space back`() async throws {
        let record = #"{"text":"\#(String(repeating: "x", count: 20_000))"}"#
        let large = (0..<150).map { index in
            SampleCommit("frobnicate", at: index, rkey: "key\(index)").with { $0.record = record }.json
        }
        try await receive(large, atHour: 0)
        try harness.store.checkpoint()
        let full = harness.store.fileSizes().databaseBytes
        #expect(full > 3_000_000)
        harness.clock.now = at(200 * ActivityCleanupTests.hour)
        try await sweep(options())
        #expect(try harness.number("PRAGMA freelist_count") == 0)
        try harness.store.checkpoint()
        #expect(harness.store.fileSizes().databaseBytes < full / 4)
    }
}

/// Tombstones.
extension ActivityCleanupTests {
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
        try await receive(deletions, atHour: 0)
        harness.clock.now = at(life * ActivityCleanupTests.hour)
        try await sweep(options(retentionHours: retention))
        #expect(try tombstones() == (1, 1))
        harness.clock.now += 1
        try await sweep(options(retentionHours: retention))
        #expect(try tombstones() == (0, 0))
    }

    @Test
    func `tombstones live as long as an older row that is still open`() async throws {
        harness.clock.now = at(0)
        try harness.logOnly([SampleCommit(at: 0).json])
        try await receive(deletions, atHour: 1)
        harness.clock.now = at(1000 * ActivityCleanupTests.hour)
        try await sweep(options())
        #expect(try tombstones() == (1, 1))
        // What the row is for: the record that it would make is deleted since.
        try harness.recover()
        #expect(try harness.record(SampleCommit(at: 0)) == nil)
        try await sweep(options())
        #expect(try tombstones() == (0, 0))
    }
}

/// Records of deleted accounts.
extension ActivityCleanupTests {
    @Test
    func `removes the records of a deleted account in chunks`() async throws {
        let records = (0..<1200).map { SampleCommit(at: $0 / 10, rkey: "key\($0)").json }
        let later = SampleCommit(at: 900, rkey: "later")
        let neighbour = SampleCommit(at: 1).with { $0.did = did("bob") }
        try await receive(records + [later.json, neighbour.json], atHour: 1)
        try await receive([SampleAccount.deleted(at: 500, seq: 1).json], atHour: 2)
        #expect(try harness.number("SELECT count(*) FROM record") == 1202)
        try await clean(options()) { _ in
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
        try await receive(commits.map(\.json), atHour: 1)
        try await receive([SampleAccount.deleted(at: 5, seq: 1).json], atHour: 2)
        // As the handler does when the event comes between two chunks.
        try harness.execute(
            """
            CREATE TRIGGER again AFTER DELETE ON record WHEN old.rkey = 'first'
            BEGIN UPDATE actor SET deleted_rev = '\(revision(9))', purge_pending = 1; END
            """
        )
        try await clean(options()) { _ in
            try await eventually("the purge is done") { try harness.actor()?.isPurgePending == false }
        }
        #expect(try harness.actor()?.deletedRev == revision(9))
        #expect(try harness.number("SELECT count(*) FROM record") == 0)
    }
}
