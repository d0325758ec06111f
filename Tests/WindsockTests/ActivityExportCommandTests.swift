import Foundation
import Store
import TestSupport
import Testing

@Suite struct ActivityExportCommandTests {
    private let database: SampleDatabase

    init() throws {
        database = try SampleDatabase()
    }

    private static let internalFailure = ActivityFailure(errorClass: .internal, nextAttemptMicroseconds: 1)

    @Test func `writes messages as they were received, in the order in which they came`() async throws {
        let odd = "{\"a\" : 1e0,\t\"é\u{1B}\u{2028}\":\"\\u0000\"}\r"
        try database.log([
            SampleDatabase.Event(ageSeconds: 10, rev: "a", payload: Array(odd.utf8)),
            // Older by its own time, and received later.
            SampleDatabase.Event(ageSeconds: 500_000, rev: "b", payload: Array("{}".utf8)),
        ])
        let outcome = try await database.run("activity", "export")
        #expect(outcome.exitCode == 0)
        #expect(outcome.standardOutput == odd + "\n{}\n")
        #expect(outcome.standardError == "wrote 2 events\n")
    }

    @Test func `keeps a message on one line, with the same meaning`() async throws {
        try database.log([
            SampleDatabase.Event(rev: "a", payload: Array("{\n\"a\":\r\n[1,\n2]}\n".utf8)),
            SampleDatabase.Event(rev: "b", payload: Array("{\"a\":\"b\nc\"}".utf8)),
        ])
        let outcome = try await database.run("activity", "export")
        let lines = outcome.standardOutput.split(separator: "\n")
        try #require(lines.count == 2)
        #expect(try JSONReading(String(lines[0]))["a"].count == 2)
        // What was no JSON for its line end is none for its tab.
        #expect(throws: (any Error).self) { try JSONReading(String(lines[1])) }
    }

    @Test func `leaves out what is no text or empty, and counts it`() async throws {
        try database.log([
            SampleDatabase.Event(rev: "a", payload: [0x7B, 0xFF], status: .error, message: "x"),
            SampleDatabase.Event(rev: "b", payload: []),
            SampleDatabase.Event(rev: "c", payload: Array("{}".utf8)),
        ])
        let outcome = try await database.run("activity", "export")
        #expect(outcome.standardOutput == "{}\n")
        let counts = "left out 1 whose message is no text; left out 1 whose message is empty"
        #expect(outcome.standardError == "wrote 1 event; \(counts)\n")
    }

    @Test(arguments: [
        ([], ["a", "b", "c", "d"]), (["--status", "error"], ["b", "c"]), (["--class", "internal"], ["c"]),
        (["--did", "did:plc:bob"], ["d"]), (["--limit", "2"], ["b", "d"]), (["--hours", "1"], ["b", "c", "d"]),
    ])
    func `takes the filters of the list`(arguments: [String], expected: [String]) async throws {
        let data = ActivityFailure(errorClass: .data, nextAttemptMicroseconds: nil)
        func event(_ name: String, _ age: Int64, _ failure: ActivityFailure?) -> SampleDatabase.Event {
            SampleDatabase.Event(
                ageSeconds: age,
                did: name == "d" ? "did:plc:bob" : "did:plc:alice",
                rev: name,
                payload: Array(name.utf8),
                status: failure == nil ? .success : .error,
                failure: failure
            )
        }
        try database.log([
            event("a", 7200, nil), event("b", 10, data), event("c", 60, ActivityExportCommandTests.internalFailure),
            event("d", 30, nil),
        ])
        let command = ["activity", "export", "--database", database.path]
        let outcome = try await CommandRunner.run("windsock", command + arguments)
        #expect(outcome.standardOutput.split(separator: "\n").map(String.init) == expected)
    }

    @Test func `writes a file, and none that is there already`() async throws {
        try database.log([SampleDatabase.Event(payload: Array("{}".utf8))])
        let file = database.folder.path("out.jsonl")
        let outcome = try await database.run("activity", "export", "--output", file)
        #expect(outcome.exitCode == 0)
        #expect(outcome.standardOutput.isEmpty)
        #expect(try String(contentsOfFile: file, encoding: .utf8) == "{}\n")
        let again = try await database.run("activity", "export", "--output", file)
        #expect(again.exitCode == 74)
        #expect(again.standardError == "windsock: cannot write \(file): File exists\n")
    }
}
