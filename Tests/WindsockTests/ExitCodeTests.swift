import Foundation
import TestSupport
import Testing

@Suite struct ExitCodeTests {
    private static let questions = [
        ["activity"], ["activity", "list"], ["activity", "show", "1"], ["activity", "buckets", "1hr"],
        ["activity", "retry", "1"], ["activity", "export"], ["activity", "delete-all", "--yes"], ["cleanup"],
        ["cleanup", "--dry-run"], ["status"], ["status", "--json"], ["verify"],
        ["forget", "did:plc:alice"], ["forget", "did:plc:alice", "--dry-run"],
        ["records", "--did", "did:plc:alice"], ["backup", "/none/backup.db"],
    ]

    @Test(arguments: questions)
    func `says that there is no database, with 74, and makes none`(question: [String]) async throws {
        let folder = try TemporaryFolder()
        let path = folder.path("none.db")
        let outcome = try await CommandRunner.run("windsock", question + ["--database", path])
        #expect(outcome.exitCode == 74)
        #expect(outcome.standardOutput.isEmpty)
        #expect(outcome.standardError == "windsock: no database at \(path)\n")
        #expect(!FileManager.default.fileExists(atPath: path))
    }

    @Test func `looks for windsock.db in the current folder`() async throws {
        let database = try SampleDatabase()
        let outcome = try await CommandRunner.run("windsock", ["status", "--json"], in: database.folder.url)
        #expect(outcome.exitCode == 0, "\(outcome.standardError)")
        #expect(try JSONReading(outcome.standardOutput)["database"]["path"].string?.hasSuffix("/windsock.db") == true)
    }

    @Test(arguments: questions)
    func `ends with 78 when the configuration that names the database is bad`(question: [String]) async throws {
        let folder = try TemporaryFolder()
        let file = try folder.write(#"{"log": {"level": 1}}"#, to: "config.json")
        let outcome = try await CommandRunner.run("windsock", question + ["--config", file])
        #expect(outcome.exitCode == 78)
        #expect(outcome.standardError.hasPrefix("windsock: \(file): log.level: must be one of "))
    }

    @Test(arguments: questions)
    func `leaves a file alone that is no database`(question: [String]) async throws {
        let folder = try TemporaryFolder()
        let path = try folder.write("not a database at all, and long enough to be looked at", to: "other.db")
        let outcome = try await CommandRunner.run("windsock", question + ["--database", path])
        #expect(outcome.exitCode == 74)
        #expect(outcome.standardError.contains("not a Windsock database"))
    }

    @Test(arguments: [
        ["nonsense"], ["activity", "nonsense"], ["activity", "--limit", "0"], ["activity", "--limit", "1001"],
        ["activity", "--hours", "0"], ["activity", "--status", "done"], ["activity", "--after", "yesterday"],
        ["activity", "show"], ["activity", "show", "x"], ["activity", "buckets", "2hr"], ["activity", "delete-all"],
        ["activity", "retry"], ["activity", "retry", "1", "--all-errors"], ["status", "--database", ""],
        ["status", "--nonsense"], ["run", "--host", "http://example.com"],
        ["run", "--host", "wss://a:b@example.com"], ["run", "--log-level", "loud"], ["run", "--database", ""],
        ["backup"], ["backup", ""], ["restore"], ["restore", ""],
    ])
    func `ends with 64 when it is used wrongly`(arguments: [String]) async throws {
        let folder = try TemporaryFolder()
        let outcome = try await CommandRunner.run("windsock", arguments, in: folder.url)
        #expect(outcome.exitCode == 64)
        #expect(outcome.standardOutput.isEmpty)
        #expect(outcome.standardError.contains("Usage: windsock"))
    }

    @Test func `ends quietly when nobody reads its output`() async throws {
        let database = try SampleDatabase()
        let pipe = Pipe()
        try pipe.fileHandleForReading.close()
        let arguments = ["status", "--database", database.path]
        let outcome = try await CommandRunner.run("windsock", arguments, output: pipe.fileHandleForWriting)
        #expect(outcome.exitCode == 0)
        #expect(!outcome.wasKilled)
        #expect(outcome.standardError.isEmpty)
    }

    @Test func `ends with 74 when its output cannot be written`() async throws {
        let database = try SampleDatabase()
        let full = try #require(FileHandle(forWritingAtPath: "/dev/full"))
        let outcome = try await CommandRunner.run("windsock", ["status", "--database", database.path], output: full)
        #expect(outcome.exitCode == 74)
        #expect(outcome.standardError == "windsock: standard output cannot be written: No space left on device\n")
    }

    @Test func `ends with 74 when the daemon cannot make its lock`() async throws {
        let database = try SampleDatabase()
        try FileManager.default.createDirectory(atPath: "\(database.path).lock", withIntermediateDirectories: false)
        let outcome = try await database.run("run", "--host", "ws://127.0.0.1:1/subscribe")
        #expect(outcome.exitCode == 74)
        #expect(outcome.standardError.hasSuffix("Is a directory\n"))
    }

    @Test func `names its version`() async throws {
        let outcome = try await CommandRunner.run("windsock", ["--version"])
        #expect(outcome.exitCode == 0)
        #expect(outcome.standardOutput == "0.1.0\n")
    }

    @Test(arguments: [
        [], ["run"], ["check"], ["status"], ["activity"], ["activity", "list"], ["activity", "show"],
        ["activity", "buckets"], ["activity", "retry"], ["activity", "export"], ["activity", "delete-all"], ["records"],
        ["cleanup"], ["verify"], ["forget"], ["backup"], ["restore"],
    ])
    func `explains itself`(command: [String]) async throws {
        let outcome = try await CommandRunner.run("windsock", command + ["--help"])
        #expect(outcome.exitCode == 0)
        #expect(outcome.standardOutput.contains("OVERVIEW: "))
        #expect(outcome.standardOutput.contains("USAGE: windsock"))
    }
}
