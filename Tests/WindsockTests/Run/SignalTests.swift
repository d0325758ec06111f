import Foundation
import GRDB
import Glibc
import JetstreamSimulator
import Store
import TestSupport
import Testing

/// Signals, to the real program.
@Suite struct SignalTests {
    private func rig() async throws -> DaemonRig {
        var configuration = SimulatorConfiguration()
        configuration.source = .generated(events: 300)
        return try await DaemonRig(configuration)
    }

    private func waitForStart(_ rig: DaemonRig, _ daemon: RunningProcess) async throws {
        try await eventually("it is connected and has swept once: \(daemon.log)") {
            daemon.log.contains("Connected") && daemon.log.contains("Cleaned up")
        }
        try await rig.waitForRows(250)
    }

    @Test(arguments: [SIGTERM, SIGINT])
    func `a signal to end finishes the work and closes in good order`(signal: Int32) async throws {
        let rig = try await rig()
        let daemon = try rig.start()
        try await waitForStart(rig, daemon)
        daemon.send(signal)
        #expect(try await daemon.ending() == .exited(0))
        #expect(daemon.log.contains("Stopped"))
        let wal = try FileManager.default.attributesOfItem(atPath: rig.database + "-wal")[.size] as? Int
        #expect(wal == 0, "what it held was moved into the database")
        #expect(try rig.totals().rows(.processing) == 0)
        try await rig.server.stop()
    }

    @Test func `a second signal ends it at once, though the database is held`() async throws {
        let rig = try await rig()
        let daemon = try rig.start()
        try await waitForStart(rig, daemon)
        var configuration = Configuration()
        configuration.allowsUnsafeTransactions = true
        let other = try DatabaseQueue(path: rig.database, configuration: configuration)
        try await other.writeWithoutTransaction { db in try db.execute(sql: "BEGIN IMMEDIATE") }
        rig.server.append([SignalTests.event(rkey: "3l3qo2vuowo2b")])
        daemon.send(SIGTERM)
        try await eventually("it is stopping") { daemon.log.contains("finishing the batch in hand") }
        #expect(daemon.isRunning)
        try await eventually("it has ended") {
            // A second signal right behind the first counts as its echo.
            daemon.send(SIGTERM)
            return !daemon.isRunning
        }
        #expect(try await daemon.ending() == .exited(143))
        try await other.writeWithoutTransaction { db in try db.execute(sql: "ROLLBACK") }
        try await rig.server.stop()
    }

    @Test func `SIGUSR1 cleans up now`() async throws {
        let rig = try await rig()
        let daemon = try rig.start()
        try await waitForStart(rig, daemon)
        var configuration = Configuration()
        configuration.busyMode = .timeout(10)
        let other = try DatabaseQueue(path: rig.database, configuration: configuration)
        try await other.write { db in
            try db.execute(sql: "UPDATE jetstream_activity SET received_at = 1 WHERE id <= 100")
        }
        daemon.send(SIGUSR1)
        try await eventually("100 rows are gone: \(daemon.log)") {
            try rig.totals().cleanedByStatus.values.reduce(0, +) == 100
        }
        #expect(daemon.isRunning)
        #expect(try await rig.stop(daemon) == .exited(0))
        try await rig.server.stop()
    }

    @Test func `SIGUSR2 writes the state to the log`() async throws {
        let rig = try await rig()
        let daemon = try rig.start()
        try await waitForStart(rig, daemon)
        daemon.send(SIGUSR2)
        try await eventually("the state is in the log: \(daemon.log)") {
            daemon.log.contains("SIGUSR2") && daemon.log.contains("remainder=0")
                && daemon.log.contains("phase=connected")
        }
        #expect(try await rig.stop(daemon) == .exited(0))
        try await rig.server.stop()
    }

    @Test func `SIGHUP takes a good configuration, reports a bad one, and names what needs a restart`() async throws {
        let rig = try await rig()
        let config = try rig.folder.write(#"{"activity": {"retentionHours": 100}}"#, to: "config.json")
        let daemon = try rig.start(["--config", config])
        try await waitForStart(rig, daemon)

        try rig.folder.write(#"{"activity": {"retentionHours": 50}}"#, to: "config.json")
        daemon.send(SIGHUP)
        try await eventually("it is in force: \(daemon.log)") { daemon.log.contains("the configuration is in force") }

        daemon.send(SIGUSR1)
        try await eventually("the new retention is used: \(daemon.log)") { daemon.log.contains("older than 50 hours") }

        try rig.folder.write(#"{"activity": {"retentionHours": -1}}"#, to: "config.json")
        daemon.send(SIGHUP)
        try await eventually("it is refused: \(daemon.log)") { daemon.log.contains("activity.retentionHours") }

        try rig.folder.write(#"{"jetstream": {"compress": false}}"#, to: "config.json")
        daemon.send(SIGHUP)
        // Not the field alone, which a start without a filter names too: the next signal may not overtake this one.
        try await eventually("it names the field: \(daemon.log)") {
            daemon.log.contains("need a restart fields=jetstream.compress")
        }
        daemon.send(SIGUSR1)
        try await eventually("the default retention is used again: \(daemon.log)") {
            daemon.log.contains("older than 168 hours")
        }
        #expect(try await rig.stop(daemon) == .exited(0))
        try await rig.server.stop()
    }

    @Test func `SIGHUP takes a limit of rows`() async throws {
        let rig = try await rig()
        let config = try rig.folder.write("{}", to: "config.json")
        let daemon = try rig.start(["--config", config])
        try await waitForStart(rig, daemon)
        try rig.folder.write(#"{"activity": {"maxRows": 100}}"#, to: "config.json")
        daemon.send(SIGHUP)
        try await eventually("it is in force: \(daemon.log)") { daemon.log.contains("the configuration is in force") }
        try await eventually("the log fits: \(daemon.log)") { try rig.totals().rowsInLog <= 100 }
        #expect(try await rig.stop(daemon) == .exited(0))
        try await rig.server.stop()
    }

    @Test func `one daemon alone has a database, and the second says who`() async throws {
        let rig = try await rig()
        let daemon = try rig.start()
        try await waitForStart(rig, daemon)
        let second = try await CommandRunner.run(
            "windsock",
            ["run", "--host", rig.server.url, "--database", rig.database]
        )
        #expect(second.exitCode == 74)
        #expect(second.standardError.contains("(process \(daemon.processIdentifier), since 20"))
        #expect(try await rig.stop(daemon) == .exited(0))
        try await rig.server.stop()
    }

    private static func event(rkey: String) -> String {
        #"{"did":"did:plc:z72i7hdynmk6r22z27h6tvur","time_us":1783175888085434,"kind":"commit","commit":{"rev":"3mptbypluud2a","#
            + #""operation":"create","collection":"app.bsky.feed.post","rkey":"\#(rkey)","record":{"text":"late"},"#
            + #""cid":"bafyreiguce4jh7kcbmof3pmcvasifqtw24b6isakj5ve5ga2b4z4alpc4i"}}"#
    }
}
