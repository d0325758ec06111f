import Foundation
import GRDB
import Glibc
import JetstreamSimulator
import Store
import TestSupport
import Testing

/// Commands beside a daemon that writes all the time: none fails for that, and none holds it up.
@Suite struct BesideDaemonTests {
    private static func commands(_ folder: TemporaryFolder, did: String) -> [[String]] {
        [
            ["status", "--json"], ["activity", "list"], ["activity", "buckets", "1hr"], ["gaps"],
            ["records", "--did", did], ["verify"], ["verify", "--deep"], ["activity", "export", "--limit", "500"],
            ["backup", folder.path("backup.db")], ["activity", "retry", "--all-errors"],
            ["cleanup", "--dry-run"], ["cleanup"], ["forget", did, "--dry-run"],
        ]
    }

    private func rig() async throws -> DaemonRig {
        var configuration = SimulatorConfiguration()
        configuration.source = .live
        configuration.eventsPerSecond = 1_000
        configuration.hasSequences = true
        return try await DaemonRig(configuration)
    }

    private func did(_ rig: DaemonRig) throws -> String {
        let found = try rig.read(else: nil) { db in
            try String.fetchOne(db, sql: "SELECT did FROM record GROUP BY did ORDER BY count(*) DESC LIMIT 1")
        }
        return try #require(found)
    }

    /// Runs a command, and sees the daemon go on after it.
    ///
    /// - Returns: how it ended, and how many events were stored meanwhile.
    private func run(_ command: [String], _ rig: DaemonRig) async throws -> (CommandRunner.Outcome, stored: Int64) {
        let before = try rig.totals().stored
        let outcome = try await CommandRunner.run("windsock", command + ["--database", rig.database])
        let after = try rig.totals().stored
        try await eventually("events are stored after \(command)") { try rig.totals().stored > after }
        return (outcome, after - before)
    }

    @Test func `none fails because the daemon writes, and the daemon never waits for one in vain`() async throws {
        let rig = try await rig()
        let daemon = try rig.start()
        try await rig.waitForRows(4_000, applied: false)
        var stored: Int64 = 0
        for command in Self.commands(rig.folder, did: try did(rig)) {
            let (outcome, count) = try await run(command, rig)
            #expect(outcome.exitCode == 0, "\(command): \(outcome.standardOutput) \(outcome.standardError)")
            if command.first == "verify" || command.first == "backup" {
                #expect(count > 0, "events were stored beside \(command)")
            }
            stored += count
        }
        #expect(stored > 100)
        #expect(try await forgetEnds(rig))
        expectUndisturbed(daemon)
        #expect(try await rig.stop(daemon) == .exited(0))
        #expect(try rig.totals().remainder == 0)
        #expect(try await rig.verify() == nil)
        try await rig.server.stop()
    }

    /// It has to find a moment at which nobody reads or writes, and says so when there was none for 10 s.
    private func forgetEnds(_ rig: DaemonRig) async throws -> Bool {
        let (outcome, _) = try await run(["forget", try did(rig)], rig)
        let left = outcome.standardError.contains("-wal may still hold what was erased")
        if outcome.exitCode != 0, !left { Issue.record("\(outcome.standardError)") }
        return outcome.standardOutput.contains("erased")
    }

    private func expectUndisturbed(_ daemon: RunningProcess) {
        let log = daemon.log
        #expect(!log.contains("does not take writes"), "\(log)")
        #expect(!log.contains("locked"), "\(log)")
        #expect(log.components(separatedBy: "Connected").count == 2, "one connection lasted: \(log)")
    }
}
