import GRDB
import Jetstream
import Store
import TestSupport
import Testing

@testable import Ingest

/// The limits of rows and bytes, and what a dry run says of all of them.
@Suite
struct LogLimitTests {
    private let bench: CleanupBench
    private var harness: IngestHarness { bench.harness }

    init() throws {
        bench = try CleanupBench()
    }

    private func lines(_ seconds: Range<Int64>) -> [String] {
        seconds.map { SampleCommit("update", at: $0, rkey: "key\($0)").json }
    }

    private func ids() throws -> [Int64] { try harness.log().map(\.id) }

    @Test
    func `deletes the oldest above the limit of rows`() async throws {
        try await bench.receive(lines(100..<200), atHour: 0)
        try await bench.sweep(bench.options(maximumRows: 30))
        #expect(try ids() == Array(71...100))
        try harness.expectSums()
        try await bench.sweep(bench.options(maximumRows: 30))
        #expect(try ids() == Array(71...100))
    }

    @Test
    func `a limit that is passed makes room for a hundredth more`() async throws {
        try await bench.receive(lines(0..<301), atHour: 0)
        try await bench.sweep(bench.options(maximumRows: 300))
        #expect(try ids() == Array(5...301))
    }

    @Test
    func `what is processing counts as a row and stays`() async throws {
        harness.clock.now = at(0)
        try harness.logOnly(lines(0..<5))
        try await bench.receive(lines(5..<10), atHour: 0)
        try await bench.sweep(bench.options(maximumRows: 7))
        #expect(try ids() == [1, 2, 3, 4, 5, 9, 10])
        try await bench.sweep(bench.options(maximumRows: 2))
        #expect(try ids() == [1, 2, 3, 4, 5])
        try harness.expectSums()
    }

    @Test
    func `keeps to the limits at every tick, and takes others while it runs`() async throws {
        try await bench.clean(bench.options(maximumRows: 50)) { cleanup in
            try await eventually("the first sweep") { cleanup.sweeps == 1 }
            try await bench.receive(lines(0..<80), atHour: 0)
            try await eventually("the log fits the limit of rows") { try harness.log().count == 50 }
            cleanup.change(bench.options(maximumPayloadBytes: 0))
            try await eventually("the log fits the limit of bytes") { try harness.log().isEmpty }
            #expect(cleanup.sweeps == 1)
        }
    }

    @Test
    func `how many rows there are is asked of the counters`() async throws {
        try await bench.receive(lines(0..<100), atHour: 0)
        // Else a limit would cost more, the longer the log is.
        try harness.execute("UPDATE counter SET value = value - 60 WHERE name = 'success'")
        try await bench.sweep(bench.options(maximumRows: 30))
        #expect(try harness.log().count == 90)
    }

    /// Each of the statuses on both sides of the cutoff and exactly at it; some have to go by rows or bytes alone.
    private func fillEdges() async throws {
        harness.clock.now = hour(10) - 1
        try harness.logOnly(lines(0..<2))
        for (index, moment) in [hour(10) - 1, hour(10), hour(10) + 1].enumerated() {
            harness.clock.now = moment
            let first = Int64(index) * 100 + 100
            try await harness.process(lines(first..<first + 20) + ["{ nonsense \(index)"])
            try harness.logOnly(lines(first + 50..<first + 53))
        }
        try harness.execute(
            """
            UPDATE jetstream_activity SET status = 'validation_error' WHERE id % 10 = 7 AND status = 'success';
            UPDATE counter SET value = (SELECT count(*) FROM jetstream_activity WHERE status = counter.name)
            WHERE name IN ('success', 'error', 'processing');
            INSERT OR REPLACE INTO counter (name, value)
            SELECT 'validation_error', count(*) FROM jetstream_activity WHERE status = 'validation_error'
            """
        )
    }

    static let limits: [(cutoff: Int64, rows: Int64?, bytes: Int64?)] = [
        (hour(10), nil, nil), (hour(10) - 1, nil, nil), (hour(10) + 1, nil, nil), (hour(10) + 2, nil, nil),
        (0, 40, nil), (0, 0, nil), (0, nil, 9_000), (0, nil, 0), (0, nil, nil),
        (hour(10), 20, nil), (hour(10), 60, 5_000), (hour(10) + 1, nil, 2_000), (hour(10) + 1, 30, 8_000),
    ]

    @Test(arguments: limits)
    func `a dry run counts what the run deletes`(cutoff: Int64, rows: Int64?, bytes: Int64?) async throws {
        try await fillEdges()
        let statuses = Set(try harness.log().map(\.status))
        #expect(statuses == Set(ActivityStatus.allCases))
        let before = try harness.log()
        let limits = ActivitySweep.Limits(
            receivedBeforeMicroseconds: cutoff,
            maximumRows: rows,
            maximumPayloadBytes: bytes
        )
        let counted = try ActivitySweep.count(limits, in: harness.store)
        #expect(try harness.log().count == before.count)
        var sweep = ActivitySweep(store: harness.store) { _ in }
        let deleted = try await sweep.run(limits)
        #expect(counted == deleted)
        let after = try harness.log()
        #expect(before.count - after.count == counted.deletedRows)
        let sizes = [before, after].map { log in log.reduce(0) { $0 + Int64($1.payload.count) } }
        #expect(sizes[0] - sizes[1] == counted.deletedBytes)
        #expect(after.filter { $0.status == .processing }.count == 11)
        // By rows or bytes alone, something goes; by an age that nothing has, nothing.
        #expect((counted.deletedRows == 0) == ((rows == nil && bytes == nil) && cutoff < hour(10)))
    }
}
