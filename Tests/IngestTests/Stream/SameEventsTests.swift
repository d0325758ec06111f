import Jetstream
import JetstreamSimulator
import Store
import TestSupport
import Testing

@testable import Ingest

/// One history, whichever way it came.
struct SameEventsTests {
    /// Everything of a row that does not depend on the wire: not the payload, nor when it was received.
    struct Row: Hashable {
        var timestamp: String
        var operation: String
        var key: [String]
        var status: ActivityStatus
        var message: String?
    }

    private static let events = 2_000

    private static func rig(_ change: (inout SimulatorConfiguration) -> Void = { _ in }) async throws -> StreamRig {
        let rig = try await StreamRig { configuration in
            configuration.source = .generated(events: events)
            configuration.startTimeMicroseconds = at(0)
            configuration.hasSequences = true
            configuration.seed = 11
            configuration.accountEvery = 300
            change(&configuration)
        }
        rig.harness.clock.now = at(3_600)
        try rig.begin()
        return rig
    }

    private static func rows(_ rig: StreamRig) throws -> [Row] {
        try rig.harness.log().map { entry in
            Row(
                timestamp: entry.timestamp,
                operation: entry.operation,
                key: [entry.did, entry.collection, entry.rkey, entry.rev, entry.cid],
                status: entry.status,
                message: entry.errorMessage
            )
        }
    }

    private static func waitForAll(_ rig: StreamRig, _ reader: JetstreamReader) async throws {
        let commits = rig.server.events().count { $0.contains(#""kind":"commit""#) }
        try await eventually("all is stored; \(reader.status.snapshot)") {
            try rig.harness.number("SELECT count(*) FROM jetstream_activity WHERE rkey <> ''") == Int64(commits)
                && rig.harness.count(status: .processing) == 0 && reader.queue.counters.queued == 0
        }
    }

    /// The reader's dictionary of v1, from the server's.
    private static func dictionary(_ rig: StreamRig) throws -> Jetstream.ZstdDictionary {
        try Jetstream.ZstdDictionary(try #require(rig.server.dictionary(of: .v1)).bytes)
    }

    @Test func `both wires, plain and compressed, leave the same rows and records`() async throws {
        var expected: (rows: [Row], state: [String: ActorState])?
        for (wire, isCompressed) in [(Wire.v1, false), (.v1, true), (.v2, false), (.v2, true)] {
            let rig = try await Self.rig()
            var configuration = try rig.configuration(wire)
            configuration.isCompressionWanted = isCompressed
            if isCompressed { configuration.dictionary = try Self.dictionary(rig) }
            try await rig.run(configuration) { reader in
                try await Self.waitForAll(rig, reader)
                #expect(reader.status.snapshot.connections == 1)
            }
            #expect(rig.server.statistics().dictionaryRequests == (wire == .v2 && isCompressed ? 1 : 0))
            let (rows, state) = (try Self.rows(rig), try rig.harness.state())
            #expect(rows.count > Self.events * 9 / 10)
            expected = expected ?? (rows, state)
            #expect(rows == expected?.rows, "\(wire) \(isCompressed)")
            #expect(state == expected?.state, "\(wire) \(isCompressed)")
            #expect(try rig.gaps().isEmpty)
            try await rig.stopServers()
        }
    }

    @Test func `a dictionary that the host has given up is renewed`() async throws {
        let rig = try await Self.rig { $0.faults = [ScheduledFault(.connection(1, afterEvents: 900), .newDictionary)] }
        var configuration = try rig.configuration(.v2)
        configuration.isCompressionWanted = true
        try await rig.run(configuration) { reader in
            try await Self.waitForAll(rig, reader)
            await rig.server.cutNow()
            rig.server.generate(events: 500)
            try await Self.waitForAll(rig, reader)
            #expect(reader.status.snapshot.lastError?.contains("UnknownZstdDictionary") == true)
        }
        #expect(rig.server.statistics().dictionaryRequests == 2)
        #expect(rig.server.statistics().refusals == 1)
        #expect(try rig.gaps().isEmpty)
        try await rig.stopServers()
    }

    @Test func `messages of another dictionary than ours are asked for again as plain text`() async throws {
        let rig = try await Self.rig()
        var configuration = try rig.configuration(.v1)
        configuration.isCompressionWanted = true
        let other = try JetstreamSimulator.ZstdDictionary.trained(seed: 99, id: 77)
        configuration.dictionary = try Jetstream.ZstdDictionary(other.bytes)
        try await rig.run(configuration) { reader in
            try await Self.waitForAll(rig, reader)
            #expect(reader.status.snapshot.connections == 2)
            #expect(reader.queue.counters.discarded[.reconnect, default: 0] > 0)
        }
        #expect(try rig.harness.log().allSatisfy { $0.status == .success })
        #expect(try rig.gaps().isEmpty)
        try await rig.stopServers()
    }
}
