import Foundation
import Glibc
import JetstreamSimulator
import Store
import TestSupport
import Testing

/// A backup of a database that a daemon is writing, and the way back to it.
@Suite struct BackupTests {
    private static let events = 12_000
    private static let files = ["", "-wal", "-shm"]

    private func rig(_ lines: [String]? = nil) async throws -> DaemonRig {
        var configuration = SimulatorConfiguration()
        configuration.source = lines.map { .lines($0) } ?? .generated(events: BackupTests.events)
        configuration.hasSequences = true
        if lines == nil { configuration.eventsPerSecond = 3_000 }
        return try await DaemonRig(configuration)
    }

    private func lose(_ rig: DaemonRig) throws {
        for suffix in BackupTests.files { try FileManager.default.removeItem(atPath: rig.database + suffix) }
    }

    private func run(_ rig: DaemonRig, _ arguments: String...) async throws -> CommandRunner.Outcome {
        try await CommandRunner.run("windsock", arguments + ["--database", rig.database])
    }

    @Test func `invariant 1, 2: a restored backup is read on from, to the tables of an undisturbed run`() async throws {
        let rig = try await rig()
        let lines = rig.server.events()
        let commits = try ExpectedState(lines).commits.count
        let daemon = try rig.start()
        try await rig.waitForRows(2_000, applied: false)
        let file = rig.folder.path("backup.db")
        let outcome = try await run(rig, "backup", file)
        #expect(outcome.exitCode == 0, "\(outcome.standardError)")
        let stored = try rig.totals().stored
        #expect(stored < Int64(commits), "it was made while events came")
        try await rig.waitForRows(stored + 2_000, applied: false)
        #expect(try await rig.stop(daemon) == .exited(0))

        try lose(rig)
        let restored = try await run(rig, "restore", file)
        #expect(restored.exitCode == 0, "\(restored.standardError)")
        let held = try rig.totals().stored
        #expect(held >= 2_000 && held <= stored, "events are missing now")
        let status = try await run(rig, "status", "--json")
        let report = try JSONReading(status.standardOutput)["run"]
        #expect(report["isRunning"].bool == false)
        #expect(report["processId"].int == Int(daemon.processIdentifier))

        let second = try rig.start()
        try await rig.waitForCommits(commits)
        #expect(try await rig.stop(second) == .exited(0))
        let problems = try await rig.verify()
        #expect(problems == nil)
        try await rig.server.stop()
        let undisturbed = try await self.rig(lines)
        let third = try undisturbed.start()
        try await undisturbed.waitForCommits(commits)
        #expect(try await undisturbed.stop(third) == .exited(0))
        try await undisturbed.server.stop()
        let dump = try TableDump(undisturbed.database)
        #expect(dump.count("log") >= commits)
        #expect(try dump.differences(from: TableDump(rig.database)) == [])
    }

    @Test func `nothing is restored under a daemon, though its database is gone`() async throws {
        let rig = try await rig()
        let daemon = try rig.start()
        try await rig.waitForRows(100, applied: false)
        let file = rig.folder.path("backup.db")
        #expect(try await run(rig, "backup", file).exitCode == 0)
        try lose(rig)
        let outcome = try await run(rig, "restore", file)
        #expect(outcome.exitCode == 74)
        #expect(outcome.standardError.contains("process \(daemon.processIdentifier)"))
        #expect(!FileManager.default.fileExists(atPath: rig.database))
        daemon.send(SIGKILL)
        #expect(try await daemon.ending() == .killed(SIGKILL))
        try await rig.server.stop()
    }
}
