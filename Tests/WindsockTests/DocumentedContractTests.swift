import Foundation
import Store
import TestSupport
import Testing
import Texts

@Suite struct DocumentedContractTests {
    /// The JSON examples of docs/CLI.md by the heading under which they stand.
    private static func examples() throws -> [String: JSONReading] {
        var examples: [String: JSONReading] = [:]
        var heading = ""
        var block: [Substring]?
        for line in try Repository.text("docs/CLI.md").split(separator: "\n", omittingEmptySubsequences: false) {
            if line.hasPrefix("## ") {
                heading = String(line.dropFirst(3).replacing("`", with: ""))
            } else if line == "```json" {
                block = []
            } else if line == "```", let lines = block {
                examples[heading] = try JSONReading(lines.joined(separator: "\n"))
                block = nil
            } else {
                block?.append(line)
            }
        }
        return examples
    }

    @Test func `documents every --json with the fields that it has`() async throws {
        let database = try SampleDatabase()
        try database.log([
            SampleDatabase.Event(rev: "a"), SampleDatabase.Event(rev: "b"),
            SampleDatabase.Event(
                rev: "c",
                payload: Array("{}".utf8),
                status: .error,
                message: "x",
                failure: ActivityFailure(errorClass: .data, nextAttemptMicroseconds: nil)
            ),
        ])
        try database.store([RecordKey(collection: "a.b.c", rkey: "1", did: "did:plc:a")])
        let examples = try Self.examples()
        let commands = [
            ["activity", "list"], ["activity", "show"], ["activity", "buckets"], ["status"], ["gaps"],
            ["records"], ["verify"],
        ].map { "windsock \($0.joined(separator: " ")) --json" }
        #expect(Set(examples.keys) == Set(commands))

        let list = try await database.json("activity", "list", "--limit", "2")
        expectDocumented(list, in: examples["windsock activity list --json"])
        expectDocumented(list["items"][1], in: examples["windsock activity list --json"]?["items"][0])
        let event = try await database.json("activity", "show", "3")
        expectDocumented(event, in: examples["windsock activity show --json"])
        let buckets = try await database.json("activity", "buckets", "1hr")
        expectDocumented(buckets, in: examples["windsock activity buckets --json"])
        expectDocumented(buckets["items"][0], in: examples["windsock activity buckets --json"]?["items"][0])
        let records = try await database.json("records", "--collection", "a.b.c")
        expectDocumented(records["items"][0], in: examples["windsock records --json"]?["items"][0])
        try database.logGaps([SampleDatabase.Gap(healedSecondsAgo: 1)])
        let gaps = try await database.json("gaps")
        expectDocumented(gaps["items"][0], in: examples["windsock gaps --json"]?["items"][0])
        let verified = try await SampleDatabase().json("verify")
        expectDocumented(verified, in: examples["windsock verify --json"])
        expectDocumented(verified["checks"][0], in: examples["windsock verify --json"]?["checks"][0])
        let status = try await database.json("status")
        let documented = examples["windsock status --json"]
        #expect(documented?.keys.subtracting(["run"]) == status.keys)
        for part in ["accounts", "database", "totals", "rows", "gaps"] {
            expectDocumented(status[part], in: documented?[part])
        }
    }

    private func expectDocumented(
        _ document: JSONReading,
        in example: JSONReading?,
        at location: SourceLocation = #_sourceLocation
    ) {
        // Which lists go on, and which events have a message or a line, is the test's own business.
        let optional: Set = ["next", "errorMessage", "line", "nextAttemptAt"]
        let keys = document.keys.subtracting(optional)
        #expect(example?.keys.subtracting(optional) == keys, sourceLocation: location)
    }
}
