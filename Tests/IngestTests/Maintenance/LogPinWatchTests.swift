import GRDB
import Jetstream
import Logging
import Store
import Synchronization
import TestSupport
import Testing

@testable import Ingest

/// The write-ahead log under load, and beside somebody who reads on and on.
@Suite
struct LogPinWatchTests {
    private static let checkpointBytes = 400_000
    private let bench: CleanupBench
    private var harness: IngestHarness { bench.harness }
    private var walBytes: Int64 { harness.store.fileSizes().walBytes }

    init() throws {
        bench = try CleanupBench(checkpointBytes: Self.checkpointBytes)
    }

    private func receive(_ seconds: Range<Int64>) async throws {
        for first in stride(from: seconds.lowerBound, to: seconds.upperBound, by: 20) {
            try await bench.receive(
                (first..<first + 20).map { second in
                    let text = String(repeating: "x", count: 1_000)
                    return SampleCommit("create", at: second, rkey: "key\(second)", text: text).json
                },
                atHour: 0
            )
        }
    }

    @Test
    func `the write-ahead log stays below its limit while events come and a sweep deletes`() async throws {
        try await receive(0..<1_000)
        var longest: Int64 = 0
        try await bench.clean(bench.options(maximumRows: 100)) { cleanup in
            for round in 1..<11 as Range<Int64> {
                try await receive(round * 1_000..<round * 1_000 + 100)
                longest = max(longest, walBytes)
            }
            try await eventually("the log fits") { try harness.totals().rowsInLog <= 100 }
        }
        #expect(max(longest, walBytes) < 3 * Int64(Self.checkpointBytes))
        #expect(bench.recorder.messages(.warning).isEmpty)
    }

    @Test
    func `a reader that stays is told of once, and its end as well`() async throws {
        var configuration = Configuration()
        configuration.allowsUnsafeTransactions = true
        configuration.readonly = true
        let reader = try DatabaseQueue(path: harness.store.path, configuration: configuration)
        try await receive(0..<20)
        try reader.inDatabase { db in try db.execute(sql: "BEGIN; SELECT count(*) FROM record") }
        let told = ToldPins()
        try await bench.clean(bench.options(), onPin: told.add) { _ in
            try await receive(100..<1_100)
            try await eventually("it is told: \(harness.store.fileSizes().walBytes)") {
                !bench.recorder.messages(.warning).isEmpty
            }
            #expect(walBytes > 2 * Int64(Self.checkpointBytes))
            try await receive(2_000..<2_400)
            #expect(bench.recorder.messages(.notice).isEmpty)
            try reader.inDatabase { db in try db.execute(sql: "COMMIT") }
            try await eventually("its end is told") { !bench.recorder.messages(.notice).isEmpty }
            try await receive(3_000..<3_400)
        }
        #expect(bench.recorder.messages(.warning).count == 1)
        #expect(bench.recorder.messages(.notice).count == 1)
        let pins = told.pins
        #expect(pins.count == 2)
        #expect(pins.first != .some(nil))
        #expect(pins.last == .some(nil))
    }
}

/// What a watch told, in order.
private final class ToldPins: Sendable {
    private let told = Mutex<[Int64?]>([])

    var pins: [Int64?] { told.withLock { $0 } }

    func add(_ microseconds: Int64?) { told.withLock { $0.append(microseconds) } }
}
