import Store
import TestSupport
import Testing

@testable import Ingest

/// Histories that are told in any order, in parts more than once, by hosts that number and time them differently, in
/// batches of any size, some of which are applied only by the next start.
@Suite
struct Invariant3HistoryTests {
    private static let histories: Range<UInt64> = 0..<60
    /// How each history is shuffled in one part of the test; with the parts it makes 2,160 shuffles.
    private static let anchored: Range<UInt64> = 0..<6
    private static let free: Range<UInt64> = 6..<9

    private static func history(_ part: UInt64, _ number: UInt64, _ way: String) -> RandomHistory {
        RandomHistory(seed: part * 1_000 + number, did: did("\(number) \(way)"), length: 3...8)
    }

    private static func lives(_ part: UInt64) -> [[String]] {
        histories.flatMap { number in
            let seed = (part * 1_000 + number) * 10
            return [history(part, number, "in order").inOrder]
                + anchored.map { history(part, number, "\($0)").shuffled(seed: seed + $0) }
                + free.map { history(part, number, "\($0)").shuffledAnyhow(seed: seed + $0) }
        }
    }

    @Test(arguments: [1, 2, 3, 4] as [UInt64])
    func `invariant 2, 3: over two thousand shuffles and duplications end as the history in order`(
        part: UInt64
    ) async throws {
        let harness = try IngestHarness()
        let recovered = try await tell(Self.lives(part), to: harness, seed: part)
        #expect(recovered > 0)
        let states = try harness.state()
        #expect(states.values.contains { !$0.deletedRev.isEmpty && !$0.records.isEmpty })
        #expect(states.values.contains { !$0.tombstones.isEmpty && $0.handle != nil })
        let passedOver = try harness.actorsPassedOver()
        for number in Self.histories {
            let inOrder = try #require(states[did("\(number) in order")])
            for way in Self.anchored {
                #expect(states[did("\(number) \(way)")] == inOrder, "history \(part).\(number), shuffle \(way)")
            }
            for way in Self.free {
                let did = did("\(number) \(way)")
                var state = try states[did] ?? harness.stateWithoutActor(did, after: inOrder)
                // An event that was logged behind a put of its batch which made no actor is not logged again.
                if passedOver.contains(did) { state.takeNameAndStanding(of: inOrder) }
                #expect(state == inOrder, "history \(part).\(number), shuffle \(way)")
            }
        }
        #expect(try harness.count(status: .error) == 0)
        #expect(try harness.totals().skippedByReason["duplicate"] ?? 0 > 0)
        try harness.expectSums()
        try harness.expectSound(rowsOfLook: 2_000)
    }

    /// Tells lives beside one another, each in its own order.
    ///
    /// - Returns: how many events were applied by recovery, since a run was killed between its two commits.
    private func tell(_ lives: [[String]], to harness: IngestHarness, seed: UInt64) async throws -> Int {
        var random = SeededGenerator(seed: seed)
        var stream = Interleaving(lives)
        var recovered = 0
        while let lines = stream.next(upTo: Int.random(in: 1...600, using: &random), using: &random) {
            if Int.random(in: 0..<6, using: &random) == 0 {
                try harness.logOnly(lines)
                recovered += try harness.recover()
            } else {
                try await harness.process(lines)
            }
        }
        return recovered
    }
}

/// Several streams become one, each in its own order.
private struct Interleaving {
    private var streams: [ArraySlice<String>]

    init(_ streams: [[String]]) {
        self.streams = streams.map { $0[...] }
    }

    /// The next lines; nil at the end.
    mutating func next(upTo count: Int, using random: inout SeededGenerator) -> [String]? {
        var lines: [String] = []
        while lines.count < count, !streams.isEmpty {
            let index = Int.random(in: 0..<streams.count, using: &random)
            if let line = streams[index].popFirst() { lines.append(line) }
            if streams[index].isEmpty { streams.remove(at: index) }
        }
        return lines.isEmpty ? nil : lines
    }
}
