import Foundation
import Store
import TestSupport
import Testing

/// A file that cannot be used: each command says so in one line, with what to do, and leaves it as it is.
@Suite struct RefusalTests {
    /// What looks at the log's rows.
    private static let readers = [
        ["status"], ["activity", "list"], ["activity", "show", "1"], ["activity", "export"], ["verify"],
        ["cleanup"], ["activity", "delete-all", "--yes"], ["forget", "did:plc:alice"],
        ["backup", "/none/backup.db"],
    ]
    private static let others = [
        ["gaps"], ["records", "--did", "did:plc:alice"], ["activity", "buckets", "1hr"],
        ["activity", "retry", "--all-errors"], ["cleanup", "--dry-run"], ["forget", "did:plc:alice", "--dry-run"],
    ]
    private static let daemon = ["run", "--host", "ws://127.0.0.1:1/subscribe"]

    private func bytes(_ path: String) throws -> Data {
        try Data(contentsOf: URL(fileURLWithPath: path))
    }

    private func expectRefusal(_ command: [String], of database: SampleDatabase) async throws {
        let outcome = try await CommandRunner.run("windsock", command + ["--database", database.path])
        #expect(outcome.exitCode == 74, "\(command): \(outcome.standardOutput) \(outcome.standardError)")
        #expect(outcome.standardOutput.isEmpty, "\(command)")
        // The daemon's log comes before.
        let words = outcome.standardError.split(separator: "\n").filter { $0.hasPrefix("windsock: ") }
        #expect(words.count == 1, "\(command): \(outcome.standardError)")
        #expect(words.first?.contains(database.path) == true, "\(command): \(outcome.standardError)")
    }

    @Test(arguments: DamagedDatabase.allCases.filter(\.isSeenAtOnce))
    func `a file that is no sound database of this version is refused`(damage: DamagedDatabase) async throws {
        let database = try SampleDatabase()
        try database.log([SampleDatabase.Event(rev: "a"), SampleDatabase.Event(rev: "b")])
        try damage.damage(database.path)
        let before = try bytes(database.path)
        // Of an empty file the daemon makes a database.
        let daemon = damage == .empty ? [] : [Self.daemon]
        for command in Self.readers + Self.others + daemon {
            try await expectRefusal(command, of: database)
            #expect(try bytes(database.path) == before, "\(command)")
        }
    }

    @Test func `a page of zeros in the log is found where it is read, and the file is left as it is`() async throws {
        let database = try SampleDatabase()
        try database.log([SampleDatabase.Event(rev: "a"), SampleDatabase.Event(rev: "b")])
        try DamagedDatabase.corruptPage.damage(database.path)
        let before = try bytes(database.path)
        for command in Self.readers + [Self.daemon] {
            if command.first != "backup" { try await expectRefusal(command, of: database) }
            // In the header a daemon that begins the write-ahead log counts that as a change.
            let header = command == Self.daemon ? 100 : 0
            #expect(try bytes(database.path).dropFirst(header) == before.dropFirst(header), "\(command)")
        }
        let outcome = try await database.run("activity", "list")
        #expect(outcome.standardError.contains("move it, its -wal and its -shm away and restore a backup"))
        #expect(try await database.run("gaps").exitCode == 0, "what is not damaged can be read")
    }

    @Test func `another program's file in the place of the write-ahead log is not written over`() async throws {
        let database = try SampleDatabase()
        let log = "\(database.path)-wal"
        try Data("These are the notes of somebody.".utf8).write(to: URL(fileURLWithPath: log))
        let before = [try bytes(database.path), try bytes(log)]
        for command in [["status"], ["cleanup"], Self.daemon] {
            try await expectRefusal(command, of: database)
            #expect([try bytes(database.path), try bytes(log)] == before, "\(command)")
        }
    }
}
