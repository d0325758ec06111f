import Jetstream
import Store
import TestSupport
import Testing

@testable import Ingest

/// Batches that wait behind one another: while one is written, the next is read.
struct BacklogTests {
    private let harness: IngestHarness
    private static let limit = MessageQueue.batchMessageLimit

    init() throws {
        harness = try IngestHarness()
    }

    private func lines(_ range: Range<Int>) -> [String] {
        range.map { SampleCommit("delete", at: Int64($0), rkey: "key\($0)").json }
    }

    @Test
    func `every event of several batches is stored once, in the order of arrival`() async throws {
        let count = 3 * BacklogTests.limit + 7
        let state = try await harness.process(lines(0..<count))
        #expect(state.flow.stored == count)
        #expect(state.flow.remainder == 0)
        #expect(try harness.count(status: .success) == count)
        let keys = try harness.log().map(\.rkey)
        #expect(keys == (0..<count).map { "key\($0)" })
        #expect(try harness.totals().stored == Int64(count))
    }

    @Test
    func `invariant 5: a stop lets go of the batch that was read ahead, and says so`() async throws {
        let run = try await harness.run { running in
            try await eventually("the run is written down") { try harness.text("SELECT state FROM run") != nil }
            let lock = try WriteLock(harness)
            let lines = lines(0..<4 * BacklogTests.limit)
            await running.handler.whileItTakesNothing { running.feed(lines) }
            try await eventually("a batch is written and another is in hand") {
                running.state.flow.inHand == 2 * BacklogTests.limit
            }
            running.queue.finish()
            try await lock.release()
        }
        let flow = run.state.flow
        #expect(flow.remainder == 0)
        #expect(flow.inHand == 0 && flow.queued == 0)
        #expect(flow.stored == BacklogTests.limit)
        #expect(flow.discarded == [.stop: 3 * BacklogTests.limit])
        #expect(try harness.count(status: .processing) == 0)
    }
}

extension EventHandler {
    /// Occupies the handler with work of the test's.
    fileprivate func whileItTakesNothing(_ body: @Sendable () -> Void) { body() }
}
