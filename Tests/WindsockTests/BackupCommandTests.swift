import Foundation
import GRDB
import Glibc
import Store
import TestSupport
import Testing
import Texts

@Suite struct BackupCommandTests {
    private let database: SampleDatabase
    private var file: String { database.folder.path("backup.db") }

    init() throws {
        database = try SampleDatabase()
        try database.log([SampleDatabase.Event(rev: "a"), SampleDatabase.Event(rev: "b")])
        try database.store([RecordKey(collection: "a.b.c", rkey: "1", did: "did:plc:a")])
        let store = try Store.open(path: database.path, access: .readWrite)
        try store.write { db in
            var changes = CounterChanges()
            changes.recordCount("a.b.c", 1)
            try changes.apply(db)
        }
        try store.close()
    }

    private func leftovers() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: database.folder.url.path)
            .filter { $0.hasPrefix("backup.db") }
    }

    @Test func `makes one file that answers as the database does, and says what it holds`() async throws {
        let outcome = try await database.run("backup", file)
        #expect(outcome.exitCode == 0, "\(outcome.standardError)")
        #expect(outcome.standardOutput.hasPrefix("backed up 2 events, 1 record and no position ("))
        #expect(outcome.standardOutput.hasSuffix(" KiB) to \(file)\n"))
        #expect(outcome.standardError.isEmpty)
        #expect(try leftovers() == ["backup.db"])
        let list = try await CommandRunner.run("windsock", ["activity", "list", "--json", "--database", file])
        #expect(try JSONReading(list.standardOutput)["items"].count == 2)
        #expect(try leftovers() == ["backup.db"], "reading it makes no other file")
        let mode = try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions] as? Int
        #expect(try #require(mode) & 0o137 == 0, "others may not read it")
    }

    @Test func `keeps to the permissions of a database that only its owner may read`() async throws {
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: database.path)
        #expect(try await database.run("backup", file).exitCode == 0)
        #expect(try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions] as? Int == 0o600)
    }

    @Test func `replaces nothing`() async throws {
        try database.folder.write("somebody's", to: "backup.db")
        let outcome = try await database.run("backup", file)
        #expect(outcome.exitCode == 74)
        #expect(outcome.standardOutput.isEmpty)
        #expect(
            outcome.standardError
                == "windsock: there is something at \(file) already, and it was left as it is: name another path\n"
        )
        #expect(try String(contentsOfFile: file, encoding: .utf8) == "somebody's")
        #expect(try leftovers() == ["backup.db"])
    }

    @Test func `says where it cannot write`() async throws {
        let path = database.folder.path("none/backup.db")
        let outcome = try await database.run("backup", path)
        #expect(outcome.exitCode == 74)
        #expect(outcome.standardError == "windsock: \(path) cannot be written: No such file or directory\n")
    }

    @Test func `leaves the room that the daemon wants`() async throws {
        let text = #"{"database": {"path": "\#(database.path)", "minFreeBytes": 1000000000000000}}"#
        let config = try database.folder.write(text, to: "config.json")
        let outcome = try await CommandRunner.run("windsock", ["backup", file, "--config", config])
        #expect(outcome.exitCode == 74)
        #expect(outcome.standardError.contains("and database.minFreeBytes wants 953674316 MiB to stay so: name a file"))
        #expect(try leftovers().isEmpty)
    }

    @Test func `keeps no copy of a database that is damaged`() async throws {
        try DamagedDatabase.corruptPage.damage(database.path)
        let outcome = try await database.run("backup", file)
        #expect(outcome.exitCode == 74)
        #expect(outcome.standardError.contains("the database itself may be damaged"))
        #expect(try leftovers().isEmpty)
    }

    @Test func `copies sums that do not fit, and says so with 1`() async throws {
        let queue = try DatabaseQueue(path: database.path)
        try await queue.write { db in try db.execute(sql: "UPDATE counter SET value = 7 WHERE name = 'stored'") }
        try queue.close()
        let outcome = try await database.run("backup", file)
        #expect(outcome.exitCode == 1)
        #expect(outcome.standardOutput.hasPrefix("backed up 2 events, "))
        #expect(outcome.standardError.contains("its sums do not fit, as in what was copied: sums: stored, and all"))
        #expect(try leftovers() == ["backup.db"])
    }

    @Test(arguments: [SIGINT, SIGTERM])
    func `leaves nothing when a signal ends it`(signal: CInt) async throws {
        let queue = try DatabaseQueue(path: database.path)
        try await queue.write { db in
            let texts = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200)"
            let sql = "\(texts) INSERT INTO lexicon (id, json, created_at) SELECT i, hex(zeroblob(524288)), '' FROM n"
            try db.execute(sql: sql)
        }
        try queue.close()
        let arguments = ["backup", file, "--database", database.path]
        let process = try RunningProcess("windsock", arguments, in: database.folder)
        try await eventually("it is copying: \(process.log)") { try !leftovers().isEmpty }
        #expect(try leftovers() != ["backup.db"], "it is not done yet")
        process.send(signal)
        #expect(try await process.ending() == .exited(128 + signal), "\(process.log)")
        #expect(try leftovers().isEmpty)
    }
}
