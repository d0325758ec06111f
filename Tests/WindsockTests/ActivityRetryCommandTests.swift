import Foundation
import GRDB
import Store
import TestSupport
import Testing

@Suite struct ActivityRetryCommandTests {
    private static let due: Int64 = 1_783_175_948_000_000

    private let database: SampleDatabase

    init() throws {
        database = try SampleDatabase()
    }

    /// A commit that the tables take.
    private func event(_ rkey: String, _ errorClass: ErrorClass, ageSeconds: Int64 = 60) -> SampleDatabase.Event {
        let json =
            #"{"did":"did:plc:alice","time_us":\#(database.time(secondsAgo: ageSeconds)),"kind":"commit","commit":{"#
            + #""rev":"3lqz2abcdef22","operation":"create","collection":"app.bsky.feed.post","rkey":"\#(rkey)","#
            + #""record":{},"cid":"bafyone"}}"#
        return SampleDatabase.Event(
            ageSeconds: ageSeconds,
            rkey: rkey,
            rev: "3lqz2abcdef22",
            payload: Array(json.utf8),
            status: .error,
            message: "Interrupted 3 times",
            failure: ActivityFailure(
                errorClass: errorClass,
                nextAttemptMicroseconds: errorClass == .internal ? ActivityRetryCommandTests.due : nil
            )
        )
    }

    @Test func `applies what a filter finds, from the oldest on, and says how many`() async throws {
        try database.log([
            event("a", .internal), event("b", .data), event("c", .internal, ageSeconds: 500_000),
        ])
        let outcome = try await database.run("activity", "retry", "--class", "internal")
        #expect(outcome.exitCode == 0, "\(outcome.standardError)")
        #expect(outcome.standardOutput == "3 success\n1 success\n2 events applied again, 0 without success\n")
        let items = try await database.json("activity", "--hours", "1")["items"].array
        #expect(Set(items.compactMap { $0["status"].string }) == ["success", "error"])
        #expect(items.allSatisfy { $0["nextAttemptAt"].string == nil })
        #expect(try await database.json("status")["totals"]["byStatus"]["success"].int == 2)
    }

    @Test func `applies several by their ids, and ends with 1 when one is not there`() async throws {
        try database.log([event("a", .internal), event("b", .data), event("c", .data)])
        let outcome = try await database.run("activity", "retry", "1", "3", "7")
        #expect(outcome.exitCode == 1)
        #expect(outcome.standardOutput == "1 success\n3 success\n3 events applied again, 1 without success\n")
        #expect(outcome.standardError == "windsock: the log has no entry 7\n")
    }

    @Test func `works while another process writes`() async throws {
        try database.log((0..<300).map { event("k\($0)", .internal) })
        let other = try Store.open(path: database.path, access: .readWrite)
        defer { try? other.close() }
        async let retry = database.run("activity", "retry", "--all-errors")
        try await eventually("the retry is done") {
            try other.write { db in
                try db.execute(sql: "UPDATE counter SET value = value WHERE name = 'stored'")
                return try CounterRepository(db).value("error") == 0
            }
        }
        #expect(try await retry.exitCode == 0)
    }

    @Test(arguments: [
        ["1", "--class", "internal"], ["--all-errors", "--did", "did:plc:a"], ["--status", "success"],
        ["--limit", "0"],
        ["--hours", "1", "--since", "2026-07-04"], ["--since", "soon"], ["--class", "other"],
        ["--class", "data", "--status", "validation_error"],
    ])
    func `ends with 64 when it is not clear what to apply`(arguments: [String]) async throws {
        let outcome = try await CommandRunner.run(
            "windsock",
            ["activity", "retry", "--database", database.path] + arguments
        )
        #expect(outcome.exitCode == 64)
    }

    @Test func `show, list and status tell class, attempts and the next attempt`() async throws {
        try database.log([event("a", .internal), event("b", .data)])
        let item = try await database.json("activity", "show", "1")
        #expect(item["errorClass"].string == "internal")
        #expect(item["attempts"].int == 0)
        #expect(item["nextAttemptAt"].string == "2026-07-04T14:39:08.000000Z")
        let shown = try await database.run("activity", "show", "1").standardOutput
        #expect(shown.contains("class         internal\n"))
        #expect(shown.contains("next attempt  2026-07-04T14:39:08.000000Z\n"))
        let list = try await database.run("activity", "--class", "internal").standardOutput
        #expect(list.contains("  error (internal)  "))
        #expect(list.contains("Interrupted 3 times; attempt 1 is due 2026-07-04 14:39:08\n"))
        #expect(!list.contains("error (data)"))
        let status = try await database.json("status")["retries"]
        #expect(status["waiting"].int == 1)
        #expect(status["next"].string == "2026-07-04T14:39:08.000000Z")
        let lines = try await database.run("status").standardOutput
        #expect(lines.contains("1 internal error to be tried again, the first at 2026-07-04 14:39:08\n"))
    }

    @Test(arguments: [
        (["--since", "2026-07-04"], [2, 3]), (["--since", "2026-07-04T14:38"], [3]),
        (["--until", "2026-07-04 14:38:08"], [1, 2]), (["--until", "2026-07-04T14:38:09.25Z"], [1, 2, 3]),
        (["--since", "2026-07-03T00:00:00Z", "--until", "2026-07-04"], [1]),
    ])
    func `the list takes spans of time`(arguments: [String], expected: [Int]) async throws {
        let base = try #require(UTCTimestamp.microseconds("2026-07-04T14:38:08.000000Z"))
        let age = (database.nowMicroseconds - base) / 1_000_000
        try database.log(
            [("a", age + 86_400), ("b", age + 3_600), ("c", age)].map { rkey, age in
                SampleDatabase.Event(ageSeconds: age, rkey: rkey)
            }
        )
        let command = ["activity", "--json", "--database", database.path] + arguments
        let items = try JSONReading(try await CommandRunner.run("windsock", command).standardOutput)["items"].array
        #expect(items.compactMap { $0["id"].int }.sorted() == expected)
    }
}
