import Store
import TestSupport
import Testing

@Suite struct CleanupCommandTests {
    private let database: SampleDatabase

    init() throws {
        database = try SampleDatabase()
        try database.log([
            SampleDatabase.Event(ageSeconds: 200 * 3600, rev: "a"),
            SampleDatabase.Event(ageSeconds: 30 * 3600, rev: "b"),
            SampleDatabase.Event(ageSeconds: 300 * 3600, receivedAgeSeconds: 60, rev: "c"),
        ])
    }

    @Test func `deletes by the time of receipt what is older than a week`() async throws {
        let outcome = try await database.run("cleanup")
        #expect(outcome.exitCode == 0)
        #expect(outcome.standardOutput.hasPrefix("deleted 1 event (54 B of messages); "))
        #expect(try await database.json("activity", "--hours", "1000")["items"].count == 2)
    }

    @Test func `deletes nothing in a dry run`() async throws {
        let outcome = try await database.run("cleanup", "--hours", "24", "--dry-run")
        #expect(outcome.exitCode == 0)
        #expect(outcome.standardOutput.hasPrefix("would delete 2 events (108 B of messages) received before 20"))
        #expect(try await database.json("activity", "--hours", "1000")["items"].count == 3)
    }

    @Test func `takes the hours from the configuration`() async throws {
        let text = #"{"activity": {"retentionHours": 24}, "database": {"path": "\#(database.path)"}}"#
        let file = try database.folder.write(text, to: "config.json")
        let outcome = try await CommandRunner.run("windsock", ["cleanup", "--config", file])
        #expect(outcome.standardOutput.hasPrefix("deleted 2 events"))
        let status = try await CommandRunner.run("windsock", ["status", "--config", file, "--json"])
        #expect(try JSONReading(status.standardOutput)["rows"]["success"].int == 1)
    }

    @Test(arguments: [[], ["--dry-run"]]) func `takes the limits of rows and bytes from the configuration`(
        flags: [String]
    ) async throws {
        let file = try database.folder.write(
            #"{"activity": {"maxRows": 1}, "database": {"path": "\#(database.path)"}}"#,
            to: "config.json"
        )
        let outcome = try await CommandRunner.run("windsock", ["cleanup", "--config", file] + flags)
        // One is older than a week, another one is a row too many.
        let words = flags.isEmpty ? "deleted" : "would delete"
        #expect(outcome.standardOutput.hasPrefix("\(words) 2 events (108 B of messages)"))
        #expect(try await database.json("activity", "--hours", "1000")["items"].count == (flags.isEmpty ? 1 : 3))
    }

    @Test func `keeps to no limit of rows or bytes when no configuration is named`() async throws {
        let outcome = try await database.run("cleanup", "--hours", "1000", "--dry-run")
        #expect(outcome.standardOutput.hasPrefix("would delete 0 events (0 B of messages) received before 20"))
    }

    @Test(arguments: ["0", "-1", "87601", "x"])
    func `refuses hours that cannot be meant`(hours: String) async throws {
        #expect(try await database.run("cleanup", "--hours=\(hours)").exitCode == 64)
    }
}
