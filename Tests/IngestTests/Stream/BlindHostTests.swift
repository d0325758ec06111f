import Jetstream
import JetstreamSimulator
import Store
import Synchronization
import TestSupport
import Testing

/// Hosts that stay connected and do not show what was asked for (invariant 8).
struct BlindHostTests {
    /// A reader that takes some silence for blindness: more than a busy machine makes.
    private static func configuration(
        _ rig: StreamRig,
        _ wire: Wire,
        shortestSilence: Duration = .seconds(2)
    ) throws -> JetstreamReader.Configuration {
        try rig.configuration(wire) { configuration in
            configuration.limits.shortestSilence = shortestSilence
            configuration.limits.hostRest = .seconds(3_600)
        }
    }

    /// Has the reader see enough commits to know their rate; returns the second after the last.
    private static func learn(_ rig: StreamRig, _ reader: JetstreamReader) async throws -> Int64 {
        var second: Int64 = 0
        for _ in 0..<30 {
            rig.make(second..<second + 20)
            try await rig.waitForStored(second..<second + 20, reader)
            second += 20
        }
        return second
    }

    /// An account event of a second, numbered as the rig numbers commits.
    private static func account(_ second: Int64) -> String {
        SampleAccount(active: true, seconds: second, seq: second).json
            .replacing(#","kind""#, with: #","cursor":\#(1_000 + second),"kind""#)
    }

    /// Has a commit come whose time lies hours ahead, as a wrong clock stamps it.
    private static func poison(_ rig: StreamRig, _ reader: JetstreamReader) async throws {
        let commit = SampleCommit(at: 0, rkey: "ahead").with { commit in
            commit.timeMicroseconds = at(10 * 3_600)
            commit.seq = 900
        }
        rig.servers[0].append([commit.json])
        try await eventually("it is stored") { try rig.stored().contains("ahead") }
    }

    @Test(arguments: Wire.allCases)
    func `a blind host is left, and what it withheld is read again from another`(wire: Wire) async throws {
        let rig = try await StreamRig(hosts: 2)
        try rig.begin()
        try await rig.run(try Self.configuration(rig, wire)) { reader in
            try await Self.poison(rig, reader)
            let blindFrom = try await Self.learn(rig, reader)
            await rig.servers[0].setBlind(true)
            rig.make(blindFrom..<blindFrom + 30)
            try await eventually("it is noticed: \(reader.status.snapshot)") { try !rig.gaps().isEmpty }
            let gap = try #require(try rig.gaps().first)
            #expect(gap.host == "127.0.0.1:\(rig.servers[0].port)")
            #expect(gap.fromMicroseconds == at(blindFrom - 1))
            #expect(gap.toMicroseconds >= at(blindFrom + 29))
            try await rig.waitForStored(blindFrom..<blindFrom + 30, reader)
            #expect(try rig.gaps().first?.healedAtMicroseconds == nil, "nothing after it was seen yet")
            rig.make(blindFrom + 30..<blindFrom + 40)
            try await rig.waitForStored(blindFrom + 30..<blindFrom + 40, reader)
            try await eventually("it is filled") {
                // The word about it comes with the next event.
                rig.make(rig.next..<rig.next + 1)
                return try rig.gaps().first?.healedAtMicroseconds != nil
            }
            #expect(reader.status.snapshot.resting?.first?.reason.contains("nothing of what was asked for") == true)
            try await rig.waitForStored(0..<rig.next, reader)
        }
        #expect(rig.servers[0].ledger().contains { $0.what == .withheld && ($0.events ?? 0) >= 30 })
        #expect(try rig.gaps().first?.healedHow == "read again from 127.0.0.1:\(rig.servers[1].port)")
        try rig.expectHonestLedger(healed: ["blind"])
        try await rig.stopServers()
    }

    @Test(arguments: Wire.allCases)
    func `what was withheld by a connection that ended before that showed is asked for again`(wire: Wire) async throws {
        let rig = try await StreamRig()
        try rig.begin()
        var configuration = try Self.configuration(rig, wire, shortestSilence: .seconds(3_600))
        configuration.limits.doubtfulSilence = .milliseconds(1)
        try await rig.run(configuration) { reader in
            let blindFrom = try await Self.learn(rig, reader)
            await rig.server.setBlind(true)
            rig.make(blindFrom..<blindFrom + 300)
            rig.harness.clock.now = at(blindFrom + 320)
            // Events that are shown move the position past those that are not.
            for second in blindFrom + 300..<blindFrom + 320 {
                rig.server.append([Self.account(second)])
                try await eventually("the position is past them") {
                    try rig.harness.position()?.timeMicroseconds == at(second)
                }
            }
            await rig.server.setBlind(false)
            await rig.server.cutNow()
            try await rig.waitForStored(blindFrom..<blindFrom + 300, reader)
        }
        try rig.expectHonestLedger()
        try await rig.stopServers()
    }

    @Test(arguments: Wire.allCases)
    func `what was withheld before a restart, and had not shown by then, is asked for again`(wire: Wire) async throws {
        let rig = try await StreamRig()
        try rig.begin()
        var configuration = try Self.configuration(rig, wire, shortestSilence: .seconds(3_600))
        var blindFrom: Int64 = 0
        try await rig.run(configuration) { reader in
            blindFrom = try await Self.learn(rig, reader)
            await rig.server.setBlind(true)
            rig.make(blindFrom..<blindFrom + 300)
            rig.harness.clock.now = at(blindFrom + 320)
            rig.server.append([Self.account(blindFrom + 320)])
            try await eventually("the position is past what is withheld") {
                try rig.harness.position()?.timeMicroseconds == at(blindFrom + 320)
            }
        }
        await rig.server.setBlind(false)
        // The rate is that of an hour, in which 600 came.
        configuration.limits.doubtfulSilence = .seconds(1)
        try await rig.run(configuration) { reader in
            try await rig.waitForStored(blindFrom..<blindFrom + 300, reader)
        }
        try rig.expectHonestLedger()
        try await rig.stopServers()
    }

    @Test func `what a blind host withheld is read again after a restart too`() async throws {
        let rig = try await StreamRig(hosts: 2)
        try rig.begin()
        await rig.servers[1].refuse(next: 1_000, RefusalAnswer(status: 503))
        var blindFrom: Int64 = 0
        try await rig.run(try Self.configuration(rig, .v2)) { reader in
            blindFrom = try await Self.learn(rig, reader)
            await rig.servers[0].setBlind(true)
            rig.make(blindFrom..<blindFrom + 30)
            // Identity and account events go on, and the position with them.
            await rig.servers[0].inject(.account(.deactivated))
            try await eventually("it is noticed: \(reader.status.snapshot)") { try !rig.gaps().isEmpty }
        }
        try rig.expectHonestLedger(open: ["blind"])
        await rig.servers[0].setBlind(false)
        try await rig.run(try Self.configuration(rig, .v2)) { reader in
            try await rig.waitForStored(blindFrom..<blindFrom + 30, reader)
            try await eventually("it is filled") {
                rig.make(rig.next..<rig.next + 1)
                return try rig.gaps().first?.healedAtMicroseconds != nil
            }
            try await rig.waitForStored(0..<rig.next, reader)
        }
        try rig.expectHonestLedger(healed: ["blind"])
        try await rig.stopServers()
    }

    @Test func `what a blind host withheld is read again though the database failed when that was noticed`()
        async throws
    {
        let rig = try await StreamRig(hosts: 2)
        try rig.begin()
        rig.failures.withLock { $0 = 2 }
        try await rig.run(try Self.configuration(rig, .v1)) { reader in
            let blindFrom = try await Self.learn(rig, reader)
            await rig.servers[0].setBlind(true)
            rig.make(blindFrom..<blindFrom + 30)
            try await eventually("it is noticed: \(reader.status.snapshot)") { try !rig.gaps().isEmpty }
            #expect(rig.failures.withLock { $0 } == 0)
            try await rig.waitForStored(blindFrom..<blindFrom + 30, reader)
            try await eventually("it is filled") {
                rig.make(rig.next..<rig.next + 1)
                return try rig.gaps().first?.healedAtMicroseconds != nil
            }
            try await rig.waitForStored(0..<rig.next, reader)
        }
        try rig.expectHonestLedger(healed: ["blind"])
        try await rig.stopServers()
    }

    @Test func `when all hosts seem blind, none is left alone for that`() async throws {
        let rig = try await StreamRig(hosts: 2)
        try rig.begin()
        try await rig.run(try Self.configuration(rig, .v1, shortestSilence: .milliseconds(200))) { reader in
            let quietFrom = try await Self.learn(rig, reader)
            try await eventually("both were left: \(reader.status.snapshot)") {
                rig.servers.allSatisfy { $0.statistics().connectionsOpened >= 2 }
            }
            rig.make(quietFrom..<quietFrom + 10)
            try await rig.waitForStored(quietFrom..<quietFrom + 10, reader)
        }
        try await rig.stopServers()
    }
}
