import Foundation
import GRDB
import Jetstream
import Store
import TestSupport
import Testing

@testable import Ingest

@Suite
struct Invariant5SumsTests {
    private let harness: IngestHarness

    init() throws {
        harness = try IngestHarness()
    }

    /// Random events of all kinds, readable and not, some of them twice.
    private func lines(_ count: Int, seed: UInt64) -> [String] {
        var random = SeededGenerator(seed: seed)
        return (0..<count).map { index in
            let seconds = Int64.random(in: 0..<7200, using: &random)
            let did = did("actor \(Int.random(in: 0..<20, using: &random))")
            switch Int.random(in: 0..<10, using: &random) {
            case 0: return "{ nonsense \(seconds)"
            case 1: return SampleIdentity(did: did, handle: "a.example", seconds: seconds, seq: seconds).json
            case 2: return SampleAccount(did: did, active: true, seconds: seconds, seq: seconds).json
            case 3: return SampleCommit("delete", at: seconds).with { $0.did = did }.json
            case 4: return SampleCommit("frobnicate", at: seconds).with { $0.did = did }.json
            case 5:
                return SampleCommit(at: seconds).with {
                    $0.did = "did:plc:same"
                    $0.rkey = "key\(index % 7)"
                }.json
            default: return SampleCommit("update", at: seconds, text: "Text \(index % 5)").with { $0.did = did }.json
            }
        }
    }

    @Test
    func `invariant 5: nothing is left over, during a run and after it`() async throws {
        let lines = lines(2000, seed: 5)
        let run = try await harness.run { running in
            for start in stride(from: 0, to: lines.count, by: 50) {
                running.feed(Array(lines[start..<start + 50]))
                #expect(running.state.flow.remainder == 0)
                #expect(try harness.totals().remainder == 0)
                await Task.yield()
            }
            try await running.settle()
        }
        let flow = run.state.flow
        #expect(flow.received == 2000)
        #expect(flow.queued == 0)
        #expect(flow.inHand == 0)
        #expect(flow.discarded.values.reduce(0, +) == 0)
        #expect(flow.remainder == 0)
        let totals = try harness.totals()
        #expect(totals.stored == Int64(flow.stored))
        #expect(totals.skippedByReason["duplicate"] == Int64(try #require(flow.skipped[.duplicate])))
        #expect(totals.skippedByReason["unknown_actor"] == Int64(try #require(flow.skipped[.unknownActor])))
        #expect(try harness.count(status: .error) > 0)
        try harness.expectSums()
    }

    @Test
    func `invariant 5: the sums hold while rows are processing, and when payloads are not kept`() async throws {
        try harness.logOnly(lines(100, seed: 6))
        try harness.expectSums()
        try await harness.process(lines(500, seed: 7), emptiesPayloads: true)
        try harness.expectSums()
        try harness.recover()
        try harness.expectSums()
    }

    @Test
    func `invariant 5: what the run says of itself is in the database for others to read`() async throws {
        let state = try await harness.process(lines(100, seed: 8))
        let row = try #require(try harness.store.read { db in try RunRepository(db).load() })
        #expect(try JSONDecoder().decode(RunState.self, from: Data(row.stateJSON.utf8)) == state)
        #expect(row.processID == Int(ProcessInfo.processInfo.processIdentifier))
        #expect(row.updatedAtMicroseconds == harness.clock.now)
    }

    @Test
    func `invariant 5: messages that come after the end are discarded, and counted`() async throws {
        let run = try await harness.run { running in
            running.feed(lines(10, seed: 9))
            try await running.settle()
        }
        run.feed(lines(3, seed: 10))
        #expect(run.state.flow.discarded == [.stop: 3])
        #expect(run.state.flow.remainder == 0)
    }
}
