import Foundation
import GRDB
import Glibc
import JetstreamSimulator
import Store
import TestSupport
import Testing

/// A real file system that is full; needs root, for the mount.
@Suite(.serialized) struct DiskFullFaults {
    /// A file system in memory of a size that can be changed.
    private final class SmallDisk {
        /// Whether this user may mount here.
        static var isPossible: Bool { geteuid() == 0 && (try? SmallDisk(mebibytes: 1)) != nil }

        let folder: TemporaryFolder

        init(mebibytes: Int) throws {
            folder = try TemporaryFolder()
            try TestProgram.run(
                "mount",
                ["-t", "tmpfs", "-o", "size=\(mebibytes)m", "tmpfs", folder.url.path],
                in: folder.url
            )
        }

        func grow(mebibytes: Int) throws {
            try TestProgram.run("mount", ["-o", "remount,size=\(mebibytes)m", folder.url.path], in: folder.url)
        }

        /// Leaves no room on it.
        func fill() throws {
            let path = folder.path("filler")
            _ = FileManager.default.createFile(atPath: path, contents: nil)
            let file = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
            for size in [1_048_576, 4_096] {
                while (try? file.write(contentsOf: Data(repeating: 1, count: size))) != nil {}
            }
        }

        deinit {
            // The folder goes with its mount, whether or not this works.
            try? TestProgram.run("umount", ["-l", folder.url.path], in: URL(fileURLWithPath: "/"))
        }
    }

    private func status(_ database: String) async throws -> String {
        try await CommandRunner.run("windsock", ["status", "--database", database]).standardOutput
    }

    @Test(.enabled(if: SmallDisk.isPossible, "skipped: a file system cannot be mounted here"))
    func `invariant 4: a full disk holds the stream up, says so, and loses nothing when there is room again`()
        async throws
    {
        var configuration = SimulatorConfiguration()
        configuration.source = .generated(events: 20_000)
        let rig = try await DaemonRig(configuration)
        let expected = try ExpectedState(rig.server.events())
        let disk = try SmallDisk(mebibytes: 8)
        let database = disk.folder.path("windsock.db")
        let settings = #"{"database": {"minFreeBytes": 0}}"#
        let daemon = try RunningProcess(
            "windsock",
            ["run", "--host", rig.server.url, "--database", database]
                + ["--config", try rig.folder.write(settings, to: "config.json")],
            in: rig.folder
        )

        try await eventually("the disk is full: \(daemon.log)") { daemon.log.contains("does not take writes") }
        #expect(try await status(database).contains("database or disk is full"))
        #expect(daemon.isRunning)
        let store = try Store.open(path: database, access: .readOnly)
        let held = try store.read { db in try CounterRepository(db).totals() }
        #expect(held.stored < Int64(expected.commits.count), "something is still to come")
        #expect(held.byStatus[.error, default: 0] == 0)
        try store.close()

        try disk.grow(mebibytes: 400)
        try await eventually("everything is stored: \(daemon.log)") {
            let store = try Store.open(path: database, access: .readOnly)
            defer { try? store.close() }
            let totals = try store.read { db in try CounterRepository(db).totals() }
            return totals.stored >= Int64(expected.commits.count) && totals.rows(.processing) == 0
        }
        #expect(try await !status(database).contains("database or disk is full"))
        #expect(try await rig.stop(daemon) == .exited(0))
        #expect(try expected.differences(from: database) == [])
        try await rig.server.stop()
    }

    @Test(.enabled(if: SmallDisk.isPossible, "skipped: a file system cannot be mounted here"))
    func `on a full disk the ballast lets the clean-up run, and the stream goes on by itself`() async throws {
        var configuration = SimulatorConfiguration()
        configuration.source = .generated(events: 40_000)
        configuration.hasSequences = true
        configuration.eventsPerSecond = 8_000
        let rig = try await DaemonRig(configuration)
        let disk = try SmallDisk(mebibytes: 200)
        let database = disk.folder.path("windsock.db")
        let settings = #"{"database": {"minFreeBytes": 0, "ballastBytes": 33554432}}"#
        let config = try rig.folder.write(settings, to: "config.json")
        let arguments = ["run", "--host", rig.server.url, "--database", database, "--config", config]

        let first = try RunningProcess("windsock", arguments, in: rig.folder)
        try await eventually("most is stored, and the ballast is there: \(first.log)") {
            let hasBallast = FileManager.default.fileExists(atPath: database + ".ballast")
            return try hasBallast && rows(database, "status = 'success'") >= 25_000
        }
        #expect(try await rig.stop(first) == .exited(0))
        try await DatabaseQueue(path: database).write { db in
            try db.execute(sql: "UPDATE jetstream_activity SET received_at = 1")
        }
        try disk.fill()

        let second = try RunningProcess("windsock", arguments, in: rig.folder)
        try await eventually("the disk is full: \(second.log)") { second.log.contains("the ballast is given up") }
        try await eventually("the old rows are gone, and what comes is stored: \(second.log)") {
            try rows(database, "received_at = 1") == 0 && rows(database, "received_at > 1") > 1_000
        }
        try await eventually("the ballast is there again: \(second.log)") {
            FileManager.default.fileExists(atPath: database + ".ballast")
        }
        #expect(try await rig.stop(second) == .exited(0))
        try await rig.server.stop()
    }

    private func rows(_ database: String, _ condition: String) throws -> Int {
        guard FileManager.default.fileExists(atPath: database) else { return 0 }
        do {
            let store = try Store.open(path: database, access: .readOnly)
            defer { try? store.close() }
            return try store.read { db in
                try Int.fetchOne(db, sql: "SELECT count(*) FROM jetstream_activity WHERE \(condition)") ?? 0
            }
        } catch is StoreError {
            return 0
        }
    }
}
