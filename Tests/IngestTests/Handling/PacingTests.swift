import GRDB
import Jetstream
import Store
import TestSupport
import Testing

@testable import Ingest

@Suite
struct PacingTests {
    private let harness: IngestHarness

    init() throws {
        harness = try IngestHarness()
    }

    private func line(_ index: Int) -> String { SampleCommit("delete", at: Int64(index), rkey: "key\(index)").json }

    @Test
    func `a first event is committed at once, and those that trickle in after it together`() async throws {
        let transactions = try StatementCounter(harness)
        // Longer than any test: what does not come by count does not come.
        try await harness.run(interval: .seconds(3600)) { running in
            try await eventually("the run is written down") { transactions.commits == 1 }
            running.feed([line(0)])
            try await running.settle()
            #expect(transactions.commits == 3)
            for index in 1..<MessageQueue.batchMessageLimit {
                running.feed([line(index)])
                if index.isMultiple(of: 100) { try await Task.sleep(for: .milliseconds(1)) }
            }
            #expect(running.state.flow.queued == MessageQueue.batchMessageLimit - 1)
            #expect(transactions.commits == 3)
            running.feed([line(MessageQueue.batchMessageLimit)])
            try await running.settle()
            #expect(transactions.commits == 5)
        }
        #expect(try harness.totals().stored == Int64(MessageQueue.batchMessageLimit + 1))
    }

    @Test
    func `what trickles in is committed when the interval has passed`() async throws {
        try await harness.run(interval: .milliseconds(50)) { running in
            for index in 0..<5 {
                running.feed([line(index)])
                try await running.settle()
            }
        }
        #expect(try harness.count(status: .success) == 5)
    }

    @Test
    func `a stop does not wait for the interval`() async throws {
        let run = try await harness.run(interval: .seconds(3600)) { running in
            running.feed([line(0)])
            try await running.settle()
            running.feed([line(1)])
        }
        #expect(run.state.flow.stored == 1)
        #expect(run.state.flow.discarded == [.stop: 1])
    }

    @Test
    func `a change by another process is seen by the next batch`() async throws {
        let other = try Store.open(path: harness.store.path, access: .readWrite)
        defer { try? other.close() }
        try await harness.run { running in
            running.feed([SampleCommit(at: 1).json])
            try await running.settle()
            try other.write { db in
                let actor = try #require(try ActorRepository(db).find(did("alice")))
                try ActorRepository(db).markDeleted(actor.id, deletedRev: revision(5))
            }
            running.feed([SampleCommit(at: 4, rkey: "b").json, SampleCommit(at: 6, rkey: "c").json])
            try await running.settle()
        }
        #expect(try harness.outcomes() == [.success, .skipped("Skipped: account deleted"), .success])
    }
}
