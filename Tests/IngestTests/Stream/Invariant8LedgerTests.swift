import Jetstream
import JetstreamSimulator
import Store
import TestSupport
import Testing

/// "No gap" is a statement: what is missing after a fault stands in the ledger, and nothing else does.
struct Invariant8LedgerTests {
    /// A wire, and whether its events have numbers.
    enum Kind: CaseIterable {
        case v1, v1WithNumbers, v2

        var wire: Wire { self == .v2 ? .v2 : .v1 }
        var numbering: Int64? { self == .v1 ? nil : 1_000 }
    }

    static let hour: Int64 = 3_600
    /// Longer ago than hosts are known to keep events.
    static let late = 50 * hour

    private static let endings: [Fault] = [
        .cut, .cutMidFrame, .reset, .close(code: 1_001), .error(name: "InternalError"),
    ]

    @Test(arguments: Kind.allCases, endings)
    func `connections that end in any way miss nothing`(kind: Kind, ending: Fault) async throws {
        let rig = try await StreamRig { configuration in
            configuration.faults = [60, 90].enumerated().map { index, events in
                ScheduledFault(.connection(index + 1, afterEvents: events), ending)
            }
        }
        rig.make(0..<200, numbering: kind.numbering)
        try rig.begin()
        try await rig.run(try rig.configuration(kind.wire)) { reader in
            try await rig.waitForStored(0..<200, reader)
            #expect(reader.status.snapshot.connections >= 3)
        }
        #expect(rig.server.statistics().faults.count == 2)
        try rig.expectHonestLedger()
        try await rig.stopServers()
    }

    @Test(arguments: Kind.allCases, [2 * hour, late])
    func `a host that no longer has the stored position leaves a gap up to what it has`(
        kind: Kind,
        after: Int64
    ) async throws {
        let rig = try await StreamRig()
        rig.make(0..<100, numbering: kind.numbering)
        try rig.begin()
        try await rig.run(try rig.configuration(kind.wire)) { reader in try await rig.waitForStored(0..<100, reader) }
        rig.make(after..<after + 100, numbering: kind.numbering)
        rig.server.setLookBack(.events(40))
        for _ in 0..<2 {
            try await rig.run(try rig.configuration(kind.wire)) { reader in
                try await rig.waitForStored(after + 60..<after + 100, reader)
            }
        }
        try rig.expectHonestLedger(open: [kind == .v2 ? "too old" : "clamped"])
        #expect(rig.server.ledger().contains { $0.detail == "clamped" })
        try await rig.stopServers()
    }

    @Test(arguments: Kind.allCases)
    func `a host that forgot all while it was left leaves a gap`(kind: Kind) async throws {
        let rig = try await StreamRig()
        rig.make(0..<100, numbering: kind.numbering)
        try rig.begin()
        try await rig.run(try rig.configuration(kind.wire)) { reader in
            try await rig.waitForStored(0..<100, reader)
            await rig.server.refuse(next: 3, RefusalAnswer(status: 503))
            await rig.server.cutNow()
            rig.make(200..<400, numbering: kind.numbering)
            rig.server.setLookBack(.events(10))
            #expect(rig.server.statistics().connectionsOpened == 1)
            try await rig.waitForStored(390..<400, reader)
        }
        try rig.expectHonestLedger(open: [kind == .v2 ? "too old" : "clamped"])
        try await rig.stopServers()
    }

    @Test(arguments: Kind.allCases)
    func `a host that still has the stored position leaves none, however old that is`(kind: Kind) async throws {
        let rig = try await StreamRig()
        rig.make(0..<100, numbering: kind.numbering)
        try rig.begin()
        try await rig.run(try rig.configuration(kind.wire)) { reader in try await rig.waitForStored(0..<100, reader) }
        rig.make(Self.late..<Self.late + 100, numbering: kind.numbering)
        try await rig.run(try rig.configuration(kind.wire)) { reader in
            try await rig.waitForStored(Self.late..<Self.late + 100, reader)
        }
        try rig.expectHonestLedger()
        try await rig.stopServers()
    }

    @Test func `time that was quiet before a long absence leaves none`() async throws {
        let rig = try await StreamRig()
        rig.make(0..<100, numbering: nil)
        try rig.begin()
        try await rig.run(try rig.configuration(.v1)) { reader in try await rig.waitForStored(0..<100, reader) }
        try rig.harness.store.write { db in
            try CursorRepository(db).cover(
                "127.0.0.1:\(rig.server.port)",
                untilMicroseconds: at(Self.hour),
                updatedAtMicroseconds: at(Self.hour)
            )
        }
        rig.make(Self.late..<Self.late + 10, numbering: nil)
        try await rig.run(try rig.configuration(.v1)) { reader in
            try await rig.waitForStored(Self.late..<Self.late + 10, reader)
        }
        try rig.expectHonestLedger()
        try await rig.stopServers()
    }

    @Test(arguments: Wire.allCases)
    func `another host that no longer has it leaves a gap as well`(wire: Wire) async throws {
        let rig = try await StreamRig(hosts: 2)
        rig.make(0..<100)
        try rig.begin()
        try await rig.run(try rig.configuration(wire)) { reader in try await rig.waitForStored(0..<100, reader) }
        rig.make(Self.late..<Self.late + 100)
        rig.servers[1].setLookBack(.events(40))
        await rig.servers[0].refuse(next: 1_000, RefusalAnswer(status: 429, retryAfterSeconds: 3_600))
        try await rig.run(try rig.configuration(wire)) { reader in
            try await rig.waitForStored(Self.late + 60..<Self.late + 100, reader)
            #expect(reader.status.snapshot.resting?.map(\.host) == ["127.0.0.1:\(rig.servers[0].port)"])
        }
        try rig.expectHonestLedger(open: ["clamped"])
        #expect(try rig.gaps().first?.host == "127.0.0.1:\(rig.servers[1].port)")
        try await rig.stopServers()
    }

    @Test(arguments: [Kind.v1WithNumbers, .v2])
    func `an instance that numbers anew leaves a gap up to its first event`(kind: Kind) async throws {
        let rig = try await StreamRig()
        rig.make(0..<100)
        try rig.begin()
        try await rig.run(try rig.configuration(kind.wire)) { reader in
            try await rig.waitForStored(0..<100, reader)
            await rig.server.setSilent(true)
            rig.make(100..<130)
            await rig.server.inject(.instanceReset)
            rig.make(130..<140, numbering: -129)
            await rig.server.setSilent(false)
            try await eventually("it is back") { reader.status.snapshot.connections >= 2 }
            rig.make(140..<150, numbering: -129)
            try await rig.waitForStored(130..<150, reader)
        }
        // What is stored now is of the new instance, and can be gone on from.
        rig.make(150..<160, numbering: -129)
        try await rig.run(try rig.configuration(kind.wire)) { reader in try await rig.waitForStored(150..<160, reader) }
        #expect(rig.server.statistics().faults.contains("instance-reset"))
        try rig.expectHonestLedger(open: ["reset"])
        try await rig.stopServers()
    }

    @Test(arguments: Wire.allCases)
    func `another host goes on where the first one ended`(wire: Wire) async throws {
        let rig = try await StreamRig(hosts: 2)
        rig.make(0..<100)
        try rig.begin()
        try await rig.run(try rig.configuration(wire)) { reader in
            try await rig.waitForStored(0..<100, reader)
            await rig.servers[0].refuse(next: 1_000, RefusalAnswer(status: 503))
            await rig.servers[0].cutNow()
            rig.make(100..<150)
            try await rig.waitForStored(100..<150, reader)
            #expect(reader.status.snapshot.host == "127.0.0.1:\(rig.servers[1].port)")
        }
        let start = try #require(rig.servers[1].statistics().cursors.first ?? nil)
        #expect(Int64(start) == at(99 - 10))
        #expect(try rig.harness.position()?.host == "127.0.0.1:\(rig.servers[1].port)")
        try rig.expectHonestLedger()
        try await rig.stopServers()
    }
}
