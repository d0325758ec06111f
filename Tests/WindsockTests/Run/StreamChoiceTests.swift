import Glibc
import JetstreamSimulator
import TestSupport
import Testing

/// What the real program does about hosts and filters.
@Suite struct StreamChoiceTests {
    private func rig(_ change: (inout SimulatorConfiguration) -> Void = { _ in }) async throws -> DaemonRig {
        var configuration = SimulatorConfiguration()
        configuration.source = .generated(events: 300)
        change(&configuration)
        return try await DaemonRig(configuration)
    }

    @Test func `ends with 78 and the server's words when what is asked for is refused at the start`() async throws {
        let rig = try await rig()
        await rig.server.refuse(next: 1, RefusalAnswer(status: 400, message: "subscribe: no such thing"))
        let daemon = try rig.start()
        #expect(try await daemon.ending() == .exited(78))
        #expect(daemon.log.contains("subscribe: no such thing"))
        try await rig.server.stop()
    }

    @Test func `SIGHUP sends changed filters to v1 without a new connection`() async throws {
        let rig = try await rig()
        let config = try rig.folder.write(#"{"jetstream": {"wantedCollections": ["a.b.c"]}}"#, to: "config.json")
        let daemon = try rig.start(["--config", config])
        try await eventually("it is connected: \(daemon.log)") { rig.server.statistics().connectionsOpened == 1 }
        try rig.folder.write(#"{"jetstream": {"wantedCollections": ["app.bsky.*"]}}"#, to: "config.json")
        // A signal may come before the daemon listens; the configuration is the same each time.
        try await eventually("the server has them: \(daemon.log)") {
            if daemon.log.contains("Connected") { daemon.send(SIGHUP) }
            return rig.server.statistics().optionsUpdates.first?.contains("app.bsky.*") == true
        }
        rig.server.generate(events: 200)
        try await rig.waitForRows(150)
        #expect(rig.server.statistics().connectionsOpened == 1)
        #expect(rig.server.statistics().optionsUpdates.count == 1)
        let gaps = try await CommandRunner.run("windsock", ["gaps", "--database", rig.database])
        #expect(gaps.standardOutput == "no gaps\n")
        #expect(try await rig.stop(daemon) == .exited(0))
        try await rig.server.stop()
    }
}
