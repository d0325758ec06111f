import GRDB
import Jetstream
import Logging
import Store
import TestSupport
import Testing

@testable import Ingest

@Suite
struct ActivityCleanupTests {
    private let bench: CleanupBench
    private var harness: IngestHarness { bench.harness }

    init() throws {
        bench = try CleanupBench()
    }

    private func lines(_ seconds: Range<Int64>) -> [String] {
        seconds.map { SampleCommit("update", at: $0, rkey: "key\($0)").json }
    }
}

/// When it sweeps.
extension ActivityCleanupTests {
    @Test
    func `sweeps at start, and again and again by the timer`() async throws {
        try await bench.clean(bench.options(interval: .milliseconds(10))) { cleanup in
            for round in 0..<3 as Range<Int64> {
                try await bench.receive(lines(round..<round + 1), atHour: 0)
                harness.clock.now = hour(200)
                try await eventually("sweep \(round + 1) that deletes") { try harness.log().isEmpty }
            }
            try await eventually("three sweeps") { cleanup.sweeps >= 3 }
        }
        #expect(try harness.totals().cleanedByStatus[.success] == 3)
        #expect(bench.recorder.messages(.error).isEmpty)
        try harness.expectSums()
    }

    @Test
    func `sweeps once when the interval is long, and again when it is told to`() async throws {
        try await bench.clean(bench.options()) { cleanup in
            try await eventually("the first sweep") { cleanup.sweeps == 1 }
            cleanup.sweepNow()
            try await eventually("the second sweep") { cleanup.sweeps == 2 }
        }
    }

    @Test
    func `a wish for a sweep outlasts a sweep and the ticks in it`() async throws {
        try await bench.receive(lines(0..<1), atHour: 0)
        harness.clock.now = hour(200)
        let transactions = try StatementCounter(harness)
        let lock = try WriteLock(harness)
        try await bench.clean(bench.options()) { cleanup in
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
        try await bench.receive(lines(0..<3), atHour: 0)
        harness.clock.now = hour(100)
        try await bench.clean(bench.options()) { cleanup in
            try await eventually("the first sweep") { cleanup.sweeps == 1 }
            #expect(try harness.log().count == 3)
            cleanup.change(bench.options(retentionHours: 99, interval: .milliseconds(1)))
            try await eventually("a sweep by the new limits") { try harness.log().isEmpty }
        }
    }

    @Test
    func `a sweep that failed is tried again at the next tick`() async throws {
        try await bench.receive(lines(0..<3), atHour: 0)
        harness.clock.now = hour(200)
        try harness.execute(
            """
            CREATE TRIGGER refuse BEFORE DELETE ON jetstream_activity BEGIN SELECT RAISE(ABORT, 'refused'); END
            """
        )
        try await bench.clean(bench.options()) { cleanup in
            try await eventually("the sweep fails") { !bench.recorder.messages(.error).isEmpty }
            #expect(cleanup.sweeps == 0)
            try harness.execute("DROP TRIGGER refuse")
            try await eventually("a sweep") { cleanup.sweeps == 1 }
        }
        #expect(try harness.log().isEmpty)
    }

    @Test
    func `ends when it is stopped, also before it began`() async throws {
        let cleanup = ActivityCleanup(
            bench.options(),
            store: harness.store,
            clock: harness.clock.wallClock,
            logger: bench.recorder.logger
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
        try await bench.receive(lines(1000..<1002), atHour: 10)
        try await bench.receive(old, atHour: 20)
        harness.clock.now = hour(178)
        try await bench.sweep(bench.options())
        // Exactly as old as the retention is not older.
        #expect(try harness.log().count == 5)
        harness.clock.now += 1
        try await bench.sweep(bench.options())
        #expect(try harness.log().map(\.payload) == old.map { Array($0.utf8) })
        try harness.expectSums()
    }

    @Test
    func `never deletes what is processing`() async throws {
        harness.clock.now = at(0)
        try harness.logOnly(lines(0..<2))
        try await bench.receive(lines(2..<4) + ["{ nonsense"], atHour: 1)
        harness.clock.now = hour(1000)
        try await bench.sweep(bench.options(retentionHours: 1, maximumPayloadBytes: 0))
        #expect(try harness.log().map(\.status) == [.processing, .processing])
        try harness.expectSums()
        try harness.recover()
        try await bench.sweep(bench.options(retentionHours: 1))
        #expect(try harness.log().isEmpty)
        #expect(try harness.totals().stored == 5)
        try harness.expectSums()
    }

    @Test
    func `deletes the oldest above the limit of bytes`() async throws {
        let lines = lines(100..<200)
        try await bench.receive(lines, atHour: 0)
        let bytes = Int64(lines[0].utf8.count)
        try await bench.sweep(bench.options(maximumPayloadBytes: bytes * 30 + bytes / 2))
        #expect(try harness.log().map(\.payload) == lines.suffix(30).map { Array($0.utf8) })
        #expect(try harness.totals().payloadBytes == bytes * 30)
        try harness.expectSums()
        try await bench.sweep(bench.options(maximumPayloadBytes: bytes * 30))
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
        try await bench.receive(Array(lines[..<300]), atHour: 0)
        try await bench.receive(Array(lines[300...]), atHour: 1)
        try await bench.sweep(bench.options(retentionHours: 0))
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
        try await bench.receive(large, atHour: 0)
        try harness.store.checkpoint(.truncate)
        let full = harness.store.fileSizes().databaseBytes
        #expect(full > 3_000_000)
        harness.clock.now = hour(200)
        try await bench.sweep(bench.options())
        #expect(try harness.number("PRAGMA freelist_count") == 0)
        try harness.store.checkpoint(.truncate)
        #expect(harness.store.fileSizes().databaseBytes < full / 4)
    }
}
