import Jetstream
import JetstreamSimulator
import Store
import TestSupport
import Testing

/// Hosts that do not take what is asked for, or not now.
struct RefusalTests {
    private static func bad(_ words: String) -> RefusalAnswer { RefusalAnswer(status: 400, message: words) }

    @Test(arguments: Wire.allCases)
    func `the first connect that every host refuses ends the program, with their words`(wire: Wire) async throws {
        let rig = try await StreamRig(hosts: 2)
        try rig.begin()
        await rig.servers[0].refuse(next: 1, Self.bad("words of one"))
        await rig.servers[1].refuse(next: 1, Self.bad("words of the other"))
        let reader = try rig.reader(try rig.configuration(wire))
        let refused = await #expect(throws: StreamRefused.self) { try await reader.run() }
        #expect(refused?.answers.map(\.host) == rig.servers.map { "127.0.0.1:\($0.port)" })
        #expect(refused?.answers.first?.words.contains("words of one") == true)
        #expect(refused?.answers.last?.words.contains("words of the other") == true)
        try await rig.stopServers()
    }

    @Test func `a host that refuses rests while another is read, and says why`() async throws {
        let rig = try await StreamRig(hosts: 2)
        try rig.begin()
        await rig.servers[0].refuse(next: 1_000, Self.bad("words of one"))
        rig.make(0..<10)
        try await rig.run(try rig.configuration(.v2)) { reader in
            try await rig.waitForStored(0..<10, reader)
            let resting = try #require(reader.status.snapshot.resting?.first)
            #expect(resting.host == "127.0.0.1:\(rig.servers[0].port)")
            #expect(resting.reason.contains("words of one"))
            #expect(resting.untilMicroseconds > at(9) + 200_000_000)
        }
        #expect(rig.servers[0].statistics().refusals == 1)
        try rig.expectHonestLedger()
        try await rig.stopServers()
    }

    @Test func `a host that refuses later is only left alone for a while`() async throws {
        let rig = try await StreamRig()
        try rig.begin()
        rig.make(0..<10)
        let configuration = try rig.configuration(.v2) { $0.limits.hostRest = .milliseconds(20) }
        try await rig.run(configuration) { reader in
            try await rig.waitForStored(0..<10, reader)
            await rig.server.refuse(next: 2, Self.bad("not now"))
            await rig.server.cutNow()
            rig.make(10..<20)
            try await rig.waitForStored(10..<20, reader)
            #expect(reader.status.snapshot.resting == nil)
        }
        #expect(rig.server.statistics().refusals == 2)
        try rig.expectHonestLedger()
        try await rig.stopServers()
    }

    @Test(arguments: [RefusalAnswer(status: 503), RefusalAnswer(status: 429, retryAfterSeconds: 1)])
    func `a host that is busy is asked again`(answer: RefusalAnswer) async throws {
        let rig = try await StreamRig()
        try rig.begin()
        await rig.server.refuse(next: 2, answer)
        rig.make(0..<10)
        try await rig.run(try rig.configuration(.v1)) { reader in try await rig.waitForStored(0..<10, reader) }
        #expect(rig.server.statistics().refusals == 2)
        try rig.expectHonestLedger()
        try await rig.stopServers()
    }

    @Test func `a host that asks for time gets it, and another is read`() async throws {
        let rig = try await StreamRig(hosts: 2)
        try rig.begin()
        await rig.servers[0].refuse(next: 1_000, RefusalAnswer(status: 429, retryAfterSeconds: 600))
        rig.make(0..<10)
        try await rig.run(try rig.configuration(.v2)) { reader in
            try await rig.waitForStored(0..<10, reader)
            let resting = try #require(reader.status.snapshot.resting?.first)
            #expect(resting.reason == "it asked to be left alone for 600 s")
        }
        #expect(rig.servers[0].statistics().refusals == 1)
        try await rig.stopServers()
    }

    @Test(arguments: [[Wire.v1], [.v2], [.v1, .v2]])
    func `a bare host name is read over v2 where that is spoken, else over v1`(wires: [Wire]) async throws {
        let rig = try await StreamRig { $0.wires = Set(wires) }
        try rig.begin()
        rig.make(0..<10)
        try await rig.run(try rig.configuration(nil)) { reader in
            try await rig.waitForStored(0..<10, reader)
            await rig.server.cutNow()
            rig.make(10..<20)
            try await rig.waitForStored(10..<20, reader)
        }
        #expect(try rig.harness.position()?.wire == (wires.contains(.v2) ? "v2" : "v1"))
        try rig.expectHonestLedger()
        try await rig.stopServers()
    }
}
