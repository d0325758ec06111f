import Foundation
import Glibc
import Store
import TestSupport
import Testing

/// A real file system that is mounted read-only; needs root, for the mount.
@Suite(.serialized) struct ReadOnlyFaults {
    private final class Disk {
        static var isPossible: Bool { geteuid() == 0 && (try? Disk()) != nil }

        let folder: TemporaryFolder
        var database: String { folder.path("windsock.db") }

        init() throws {
            folder = try TemporaryFolder()
            try TestProgram.run("mount", ["-t", "tmpfs", "-o", "size=64m", "tmpfs", folder.url.path], in: folder.url)
        }

        func remount(_ option: String) throws {
            try TestProgram.run("mount", ["-o", "remount,\(option)", folder.url.path], in: folder.url)
        }

        deinit {
            // The folder goes with its mount, whether or not this works.
            try? TestProgram.run("umount", ["-l", folder.url.path], in: URL(fileURLWithPath: "/"))
        }
    }

    private static let words = "is on a file system that is mounted read-only"

    private func run(_ disk: Disk, _ arguments: [String]) async throws -> CommandRunner.Outcome {
        try await CommandRunner.run("windsock", arguments + ["--database", disk.database])
    }

    @Test(.enabled(if: Disk.isPossible, "skipped: a file system cannot be mounted here"))
    func `on a file system that is mounted read-only, what reads goes on and what writes says why not`() async throws {
        let disk = try Disk()
        try Store.open(path: disk.database, access: .daemon(synchronous: .normal)).close()
        try disk.remount("ro")
        let before = try Data(contentsOf: URL(fileURLWithPath: disk.database))
        let readers = [["status"], ["activity"], ["gaps"], ["verify"], ["cleanup", "--dry-run"]]
        for command in readers {
            let outcome = try await run(disk, command)
            #expect(outcome.exitCode == 0, "\(command): \(outcome.standardError)")
        }
        let writers = [
            ["run", "--host", "ws://127.0.0.1:1/subscribe"], ["cleanup"], ["forget", "did:plc:alice"],
            ["activity", "delete-all", "--yes"], ["activity", "retry", "--all-errors"],
        ]
        for command in writers {
            let outcome = try await run(disk, command)
            #expect(outcome.exitCode == 74, "\(command)")
            #expect(
                outcome.standardError.contains("the database at \(disk.database) \(Self.words): make"),
                "\(command)"
            )
        }
        #expect(try Data(contentsOf: URL(fileURLWithPath: disk.database)) == before)
    }

    @Test(.enabled(if: Disk.isPossible, "skipped: a file system cannot be mounted here"))
    func `a backup can be made from there, and be restored from there`() async throws {
        let disk = try Disk()
        try Store.open(path: disk.database, access: .daemon(synchronous: .normal)).close()
        #expect(try await run(disk, ["backup", disk.folder.path("backup.db")]).exitCode == 74, "1 GiB is kept free")
        let settings = #"{"database": {"minFreeBytes": 0}}"#
        let config = try disk.folder.write(settings, to: "config.json")
        #expect(try await run(disk, ["backup", disk.folder.path("backup.db"), "--config", config]).exitCode == 0)
        try disk.remount("ro")
        let elsewhere = try TemporaryFolder()
        let copy = try await run(disk, ["backup", elsewhere.path("backup.db")])
        #expect(copy.exitCode == 0, "\(copy.standardError)")
        let beside = try await run(disk, ["backup", disk.folder.path("other.db"), "--config", config])
        #expect(beside.exitCode == 74)
        #expect(beside.standardError.contains("other.db cannot be written: Read-only file system"))
        let arguments = ["restore", disk.folder.path("backup.db"), "--database", elsewhere.path("windsock.db")]
        let restored = try await CommandRunner.run("windsock", arguments)
        #expect(restored.exitCode == 0, "\(restored.standardError)")
    }

    @Test(.enabled(if: Disk.isPossible, "skipped: a file system cannot be mounted here"))
    func `without its log files nothing can be read there, and the words say what to do`() async throws {
        let disk = try Disk()
        try Store.open(path: disk.database, access: .daemon(synchronous: .normal)).close()
        for suffix in ["-wal", "-shm"] { try FileManager.default.removeItem(atPath: disk.database + suffix) }
        try disk.remount("ro")
        let outcome = try await run(disk, ["status"])
        #expect(outcome.exitCode == 74)
        #expect(outcome.standardError.contains("\(Self.words), without its -wal and -shm: copy it to where these can"))
    }
}
