import Foundation
import TestSupport
import Testing

@Suite struct CheckCommandTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    @Test func `shows what is in force, defaults included`() async throws {
        let file = try folder.write(#"{"activity": {"retentionHours": 24}}"#, to: "config.json")
        let outcome = try await CommandRunner.run("windsock", ["check", "--config", file])
        #expect(outcome.exitCode == 0)
        #expect(outcome.standardError.isEmpty)
        #expect(outcome.standardOutput.contains(#""retentionHours": 24,"#))
        #expect(outcome.standardOutput.contains(#""path": "windsock.db","#))
    }

    @Test func `says what it shows again when it is given that`() async throws {
        let file = try folder.write("{}", to: "config.json")
        let first = try await CommandRunner.run("windsock", ["check", "--config", file])
        let shown = try folder.write(first.standardOutput, to: "shown.json")
        let second = try await CommandRunner.run("windsock", ["check", "--config", shown])
        #expect(second == first)
    }

    @Test func `names every problem in a line of its own and ends with 78`() async throws {
        let text = #"{"activity": {"retentionHours": -3, "retentionHour": 5}, "databse": {}, "log": {"level": "loud"}}"#
        let file = try folder.write(text, to: "config.json")
        let outcome = try await CommandRunner.run("windsock", ["check", "--config", file])
        #expect(outcome.exitCode == 78)
        #expect(outcome.standardOutput.isEmpty)
        let lines = outcome.standardError.split(separator: "\n")
        #expect(lines.count == 4)
        let expected = [
            #"unknown key "activity.retentionHour" (did you mean "retentionHours"?)"#,
            #"unknown key "databse" (did you mean "database"?)"#,
            "activity.retentionHours: must be a whole number from 1 to 87600 (got -3)",
            #"log.level: must be one of "trace", "debug""#,
        ]
        for (line, words) in zip(lines, expected) {
            #expect(line.contains(words), "\(line)")
        }
    }

    @Test(arguments: [["check"], ["check", "--config"], ["chek"], ["check", "--config", "a", "--loud"]])
    func `ends with 64 when it is used wrongly`(arguments: [String]) async throws {
        let outcome = try await CommandRunner.run("windsock", arguments)
        #expect(outcome.exitCode == 64)
        #expect(!outcome.standardError.isEmpty)
    }

    @Test func `accepts the example configuration`() async throws {
        let outcome = try await CommandRunner.run(
            "windsock",
            ["check", "--config", Repository.path("config.example.json")]
        )
        #expect(outcome.exitCode == 0, "\(outcome.standardError)")
        #expect(outcome.standardOutput == (try Repository.text("config.example.json")))
    }
}
