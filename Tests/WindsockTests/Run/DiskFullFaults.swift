import Foundation
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
        let daemon = try RunningProcess(
            "windsock",
            ["run", "--host", rig.server.url, "--database", database],
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
}
