import Jetstream
import JetstreamSimulator
import Store
import TestSupport
import Testing

@testable import Ingest

/// Servers whose events name times that cannot be (invariant 7).
struct HostileTimeTests {
    private static let limit: Int64 = 60_000_000
    /// Numbers that begin here are times.
    private static let earliestTime: Int64 = 1_000_000_000_000_000

    /// Times in place of the events' own; the present is that of second 19.
    private static func times(_ wire: Wire) -> [Int64] {
        let ahead = [at(19) + limit + 1, at(19) + 86_400_000_000, 253_402_300_799_000_000]
        // The second wire has dates, of four digits of the year.
        let numbers: [Int64] = wire == .v1 ? [.min, .max, .max - 1] : []
        return ahead + [-5, 0, 1_000, at(-100_000), at(1)] + numbers
    }

    private func expectNoCursorAhead(_ rig: StreamRig, sourceLocation: SourceLocation = #_sourceLocation) throws {
        let latest = rig.harness.clock.now + Self.limit
        let rows = try rig.harness.store.read { db in try CursorRepository(db).all() }
        for row in rows {
            #expect(row.timeMicroseconds <= latest, sourceLocation: sourceLocation)
            #expect(row.coveredUntilMicroseconds ?? 0 <= latest, sourceLocation: sourceLocation)
            if row.kind == "time" { #expect(row.cursor <= latest, sourceLocation: sourceLocation) }
        }
        for text in rig.server.statistics().cursors {
            let cursor = try #require(text.flatMap { Int64($0) }, sourceLocation: sourceLocation)
            #expect(cursor >= 0 && cursor <= latest, sourceLocation: sourceLocation)
        }
    }

    @Test(arguments: Wire.allCases, [nil, 1_000] as [Int64?])
    func `invariant 7: no time that a server names has a cursor stored or asked for that lies ahead`(
        wire: Wire,
        numbering: Int64?
    ) async throws {
        let rig = try await StreamRig()
        try rig.begin()
        try await rig.run(try rig.configuration(wire)) { reader in
            rig.make(0..<20, numbering: numbering)
            try await rig.waitForStored(0..<20, reader)
            for (index, time) in Self.times(wire).enumerated() {
                let commit = SampleCommit(at: 19, rkey: "hostile\(index)").with { commit in
                    commit.timeMicroseconds = time
                    commit.seq = numbering.map { $0 + 20 + Int64(index) }
                }
                rig.server.append([commit.json])
                try await eventually("\(time) is handled") { reader.queue.counters.received >= 21 + index }
                try await eventually("\(time) is stored") {
                    reader.queue.counters.queued + reader.queue.counters.inHand == 0
                }
                try expectNoCursorAhead(rig)
            }
            let connections = rig.server.statistics().cursors.count
            await rig.server.cutAllConnections()
            try await eventually("it connects again") { rig.server.statistics().cursors.count > connections }
            rig.make(40..<60, numbering: numbering)
            try await rig.waitForStored(40..<60, reader)
            try expectNoCursorAhead(rig)
        }
        try await rig.stopServers()
    }

    /// What stands where a time should, on each wire.
    private static let messages: [(StreamSource, String)] =
        [
            #""1783175888000000""#, "null", "1e300", "-1e300", "9223372036854775808", "[]", #""soon""#,
        ].map { time in
            let source = StreamSource(host: "jetstream.example", wire: .v1, connection: 1)
            return (source, SampleCommit(at: 3).json.replacing(#""time_us":\#(at(3))"#, with: #""time_us":\#(time)"#))
        }
        + [
            #""9999-12-31T23:59:59.999999Z""#, #""+292277-12-04T15:30:08Z""#, #""1969-12-31T23:59:59Z""#,
            #""0000-01-01T00:00:00Z""#, #""2026-13-45T99:99:99Z""#, #""soon""#, "9223372036854775807", "null",
        ].map { time in
            let source = StreamSource(host: "jetstream.example", wire: .v2, connection: 1)
            let message = V2Text.message(ofV1: SampleCommit(at: 3).with { $0.seq = 77 }.json)
            return (
                source, message.replacing(#""time":"\#(V2Text.date(microseconds: at(3)))""#, with: #""time":\#(time)"#)
            )
        }

    @Test(arguments: messages.indices)
    func `invariant 7: what is no time, or none of this network, does not move the position`(index: Int) async throws {
        let (source, message) = Self.messages[index]
        #expect(!message.contains("\(at(3))") && !message.contains(V2Text.date(microseconds: at(3))), "it was replaced")
        let harness = try IngestHarness()
        let keeper = DatabaseKeeper(store: harness.store, clock: harness.clock.wallClock)
        let position = StreamPosition(
            host: source.host,
            wire: source.wire,
            seq: nil,
            timeMicroseconds: at(2),
            isPlaceholder: false,
            coveredUntilMicroseconds: nil
        )
        try keeper.begin(position)
        try await harness.process([message], from: source)
        #expect(try keeper.position() == position)
        #expect(try harness.log().count == 1)
        #expect(try harness.log().allSatisfy { $0.status != .processing })
    }
}
