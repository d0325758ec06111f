import Foundation
import GRDB
import Store
import TestSupport
import Testing

@Suite struct RestoreCommandTests {
    private let backup: SampleDatabase
    private let folder: TemporaryFolder
    private var path: String { folder.path("windsock.db") }

    init() throws {
        folder = try TemporaryFolder()
        backup = try SampleDatabase()
        try backup.log([SampleDatabase.Event(rev: "a"), SampleDatabase.Event(rev: "b")])
    }

    private func restore(_ file: String) async throws -> CommandRunner.Outcome {
        try await CommandRunner.run("windsock", ["restore", file, "--database", path])
    }

    /// What is in the database's folder, but for the lock, which stays.
    private func files() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder.url.path).filter { !$0.hasSuffix(".lock") }.sorted()
    }

    @Test func `puts a copy in the place of the database, and says what to think of`() async throws {
        let file = backup.folder.path("backup.db")
        #expect(try await backup.run("backup", file).exitCode == 0)
        let before = try Data(contentsOf: URL(fileURLWithPath: file))
        let outcome = try await restore(file)
        #expect(outcome.exitCode == 0, "\(outcome.standardError)")
        let lines = outcome.standardOutput.split(separator: "\n")
        #expect(lines.first?.hasPrefix("restored 2 events, 0 records and no position (") == true)
        #expect(lines.first?.hasSuffix(") to \(path)") == true)
        #expect(lines.dropFirst().first?.contains("run windsock forget again before the daemon starts") == true)
        #expect(try files() == ["windsock.db"])
        #expect(try Data(contentsOf: URL(fileURLWithPath: file)) == before, "the backup stays")
        let list = try await CommandRunner.run("windsock", ["activity", "--json", "--database", path])
        #expect(try JSONReading(list.standardOutput)["items"].count == 2)
        let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
        #expect(try #require(mode) & 0o137 == 0, "others may not read it")
    }

    @Test func `takes a database that was copied with its write-ahead log, too`() async throws {
        let store = try Store.open(path: backup.path, access: .readWrite)
        try store.write { db in try db.execute(sql: "INSERT INTO lexicon (id, json, created_at) VALUES ('a', '{}', '')")
        }
        #expect(store.fileSizes().walBytes > 0)
        let outcome = try await restore(backup.path)
        #expect(outcome.exitCode == 0, "\(outcome.standardError)")
        #expect(outcome.standardOutput.hasPrefix("restored 2 events, "))
        try store.close()
    }

    @Test(arguments: ["", "-wal", "-shm", "-journal"])
    func `replaces nothing, and takes nothing for its own`(suffix: String) async throws {
        try folder.write("what was left", to: "windsock.db\(suffix)")
        let outcome = try await restore(backup.path)
        #expect(outcome.exitCode == 74)
        #expect(
            outcome.standardError
                == "windsock: \(path)\(suffix) is there and was left as it is: move what is there away first, or name "
                + "another --database\n"
        )
        #expect(try files() == ["windsock.db\(suffix)"])
        #expect(try String(contentsOfFile: path + suffix, encoding: .utf8) == "what was left")
    }

    @Test(arguments: DamagedDatabase.allCases)
    func `restores nothing from what is no sound backup, and leaves it as it is`(damage: DamagedDatabase) async throws {
        try damage.damage(backup.path)
        let before = try Data(contentsOf: URL(fileURLWithPath: backup.path))
        let outcome = try await restore(backup.path)
        #expect(outcome.exitCode == 74)
        #expect(outcome.standardError.contains(backup.path))
        #expect(outcome.standardOutput.isEmpty)
        #expect(outcome.standardError.split(separator: "\n").count == 1, "\(outcome.standardError)")
        #expect(try files().isEmpty)
        #expect(try Data(contentsOf: URL(fileURLWithPath: backup.path)) == before)
    }

    @Test func `takes what a killed backup has left for no backup, though it is whole`() async throws {
        let file = backup.folder.path("backup.db.partial-4711")
        #expect(try await backup.run("backup", file).exitCode == 0)
        let outcome = try await restore(file)
        #expect(outcome.exitCode == 74)
        #expect(
            outcome.standardError
                == "windsock: \(file) is what an interrupted copying left, and no backup: it can be deleted\n"
        )
        #expect(try files().isEmpty)
    }

    @Test(.enabled(if: geteuid() == 0, "only root gives files away"))
    func `belongs to who owns the folder, so that the daemon can open what root has restored`() async throws {
        let owner = 65_534
        let files = FileManager.default
        try files.setAttributes([.ownerAccountID: owner, .groupOwnerAccountID: owner], ofItemAtPath: folder.url.path)
        #expect(try await restore(backup.path).exitCode == 0)
        for file in [path, "\(path).lock"] {
            let attributes = try files.attributesOfItem(atPath: file)
            #expect((attributes[.ownerAccountID] as? NSNumber)?.intValue == owner, "\(file)")
        }
    }

    @Test func `names the backup that is not there, and the folder that is not`() async throws {
        let missing = folder.path("none.db")
        let first = try await restore(missing)
        #expect(first.exitCode == 74)
        #expect(first.standardError == "windsock: no database at \(missing)\n")
        let elsewhere = folder.path("none/windsock.db")
        let second = try await CommandRunner.run("windsock", ["restore", backup.path, "--database", elsewhere])
        #expect(second.exitCode == 74)
        #expect(second.standardError.contains("\(elsewhere).lock cannot be made: No such file or directory"))
    }
}
