import Foundation
import Store
import TestSupport
import Testing

@Suite struct ActivityCommandTests {
    private let database: SampleDatabase

    init() throws {
        database = try SampleDatabase()
    }

    @Test func `shows one event with its message on one line`() async throws {
        try database.log([
            SampleDatabase.Event(
                payload: Array("{\"a\":\n\"\u{1B}[2J\"}".utf8),
                status: .error,
                message: "Event missing x"
            )
        ])
        let outcome = try await database.run("activity", "show", "1")
        #expect(outcome.exitCode == 0)
        let lines = outcome.standardOutput.split(separator: "\n").map(String.init)
        #expect(lines.contains("status      error"))
        #expect(lines.contains("message     Event missing x"))
        #expect(lines.contains("uri         at://did:plc:alice/app.bsky.feed.post/3k1"))
        #expect(lines.contains(#"event       {"a":\u{A}"\u{1B}[2J"}"#))
        #expect(lines.count == 13)
    }

    @Test func `shows one event as JSON`() async throws {
        try database.log([SampleDatabase.Event()])
        let item = try await database.json("activity", "show", "1")
        #expect(item["id"].int == 1)
        #expect(item["line"].string == "hello")
        #expect(item["eventJson"].string == #"{"kind":"commit","commit":{"record":{"text":"hello"}}}"#)
    }

    @Test func `says that an event is not there, with 1`() async throws {
        let outcome = try await database.run("activity", "show", "7")
        #expect(outcome.exitCode == 1)
        #expect(outcome.standardOutput.isEmpty)
        #expect(outcome.standardError == "windsock: the log has no entry 7\n")
    }

    @Test(arguments: [("1hr", 12, 5), ("3hr", 12, 15), ("6hr", 12, 30), ("1day", 24, 60), ("7day", 7, 1440)])
    func `counts in as many parts as the span has`(range: String, count: Int, minutes: Int) async throws {
        try database.log([
            SampleDatabase.Event(ageSeconds: 1, rev: "a"), SampleDatabase.Event(ageSeconds: 1, rev: "b"),
            SampleDatabase.Event(ageSeconds: 1, operation: "update", rev: "c"),
            SampleDatabase.Event(ageSeconds: 1, operation: "delete", rev: "d"),
            SampleDatabase.Event(ageSeconds: 1, rev: "e", status: .error, message: "x"),
        ])
        let document = try await database.json("activity", "buckets", range)
        #expect(document.keys == ["items", "range", "widthMinutes"])
        #expect(document["range"].string == range)
        #expect(document["widthMinutes"].int == minutes)
        let items = document["items"].array
        #expect(items.count == count)
        #expect(items.allSatisfy { $0.keys == ["start", "creates", "updates", "deletes", "errors"] })
        for (name, expected) in [("creates", 2), ("updates", 1), ("deletes", 1), ("errors", 1)] {
            #expect(items.compactMap { $0[name].int }.reduce(0, +) == expected)
        }
        let starts = items.compactMap { $0["start"].string }
        #expect(starts == starts.sorted())
        #expect(starts.allSatisfy { $0.count == 20 && $0.hasSuffix(":00Z") })
    }

    @Test func `draws bars in ASCII when standard output is no terminal`() async throws {
        try database.log((0..<3).map { SampleDatabase.Event(ageSeconds: 1, rev: "r\($0)") })
        let outcome = try await database.run("activity", "buckets", "1day")
        #expect(outcome.exitCode == 0)
        #expect(outcome.standardOutput.utf8.allSatisfy { $0 < 0x80 })
        let lines = outcome.standardOutput.split(separator: "\n")
        #expect(lines.count == 25)
        #expect(lines.filter { $0.hasSuffix(String(repeating: "#", count: 40)) }.count == 1)
    }

    @Test func `deletes the whole log only when told so twice`() async throws {
        try database.log([
            SampleDatabase.Event(rev: "a"), SampleDatabase.Event(rev: "b", status: .error, message: "x"),
            SampleDatabase.Event(rev: "c", status: .processing),
        ])
        let refused = try await database.run("activity", "delete-all")
        #expect(refused.exitCode == 64)
        #expect(refused.standardError.contains("say --yes"))
        #expect(try await database.json("activity")["items"].count == 3)
        let done = try await database.run("activity", "delete-all", "--yes")
        #expect(done.exitCode == 0)
        #expect(done.standardOutput.hasPrefix("deleted 2 events (108 B of messages); the file "))
        let left = try await database.json("activity")["items"]
        #expect(left.count == 1)
        #expect(left[0]["status"].string == "processing")
        #expect(try await database.json("status")["totals"]["cleaned"]["success"].int == 1)
    }

    @Test func `gives the space of a deleted log back`() async throws {
        let payload = Array(repeating: UInt8(ascii: " "), count: 20_000)
        try database.log((0..<500).map { SampleDatabase.Event(rev: "r\($0)", payload: payload) })
        let before = try await database.json("status")["database"]["bytes"].int ?? 0
        let done = try await database.run("activity", "delete-all", "--yes")
        #expect(done.standardOutput.hasPrefix("deleted 500 events (9.5 MiB of messages); the file went from "))
        let after = try await database.json("status")["database"]["bytes"].int ?? 0
        #expect(before > 9_000_000)
        #expect(after < 1_000_000)
    }
}
