import Foundation
import Store
import TestSupport
import Testing

@Suite struct ActivityListCommandTests {
    private let database: SampleDatabase

    init() throws {
        database = try SampleDatabase()
    }

    @Test func `lists the newest events first, as a table`() async throws {
        try database.log([
            SampleDatabase.Event(ageSeconds: 120, rev: "a"),
            SampleDatabase.Event(ageSeconds: 60, operation: "delete", rev: "b", status: .error, message: "Broken: it"),
        ])
        let outcome = try await database.run("activity")
        #expect(outcome.exitCode == 0)
        #expect(outcome.standardError.isEmpty)
        let lines = outcome.standardOutput.split(separator: "\n")
        try #require(lines.count == 3)
        #expect(lines[0].hasPrefix("ID  TIME (UTC)"))
        let time = database.text(secondsAgo: 60).prefix(19).replacing("T", with: " ")
        #expect(lines[1] == " 2  \(time)  error    delete     post        did:plc:alice  Broken: it")
        #expect(lines[2].hasPrefix(" 1  ") && lines[2].hasSuffix("did:plc:alice  hello"))
    }

    @Test func `prints the contract's fields as JSON, the event as it was received`() async throws {
        let payload = #"{"kind":"commit" , "commit":{"record":{"text":"tab\t \u202e <é\#u{1B}>"}}}"#
        try database.log([SampleDatabase.Event(payload: Array(payload.utf8), message: "Skipped: duplicate CID")])
        let document = try await database.json("activity", "list")
        #expect(document.keys == ["items"])
        let item = document["items"][0]
        #expect(
            item.keys == [
                "id", "timestamp", "receivedAt", "status", "errorMessage", "operation", "did", "collection", "rkey",
                "rev",
                "cid", "uri", "attempts", "eventJson",
            ]
        )
        #expect(item["id"].int == 1)
        #expect(item["timestamp"].string == database.text(secondsAgo: 60))
        #expect(item["receivedAt"].string == database.text(secondsAgo: 60))
        #expect(item["status"].string == "success")
        #expect(item["errorMessage"].string == "Skipped: duplicate CID")
        #expect(item["operation"].string == "create")
        #expect(item["uri"].string == "at://did:plc:alice/app.bsky.feed.post/3k1")
        #expect(item["attempts"].int == 0)
        #expect(item["eventJson"].string == payload)
    }

    @Test func `prints one document with sorted keys and nothing a terminal obeys`() async throws {
        let payload = Array("{\"text\":\"\u{7F}\u{9B}\u{202E}\u{E0041}\u{2028}é\"}".utf8)
        try database.log([SampleDatabase.Event(payload: payload)])
        let outcome = try await database.run("activity", "--json")
        let text = outcome.standardOutput
        #expect(text.hasPrefix(#"{"items":[{"attempts":0,"cid":"#) && text.hasSuffix("\n"))
        #expect(text.contains(#"\u007f\u009b\u202e\udb40\udc41\u2028é"#))
        #expect(try JSONReading(text)["items"][0]["eventJson"].string == String(decoding: payload, as: UTF8.self))
    }

    @Test func `gives bytes that are no text in Base64`() async throws {
        try database.log([SampleDatabase.Event(payload: [0x7B, 0xFF, 0x00])])
        let item = try await database.json("activity")["items"][0]
        #expect(item["eventJson"].string == nil)
        #expect(item["eventBase64"].string == Data([0x7B, 0xFF, 0x00]).base64EncodedString())
    }

    @Test func `escapes what the network wrote`() async throws {
        try database.log([
            SampleDatabase.Event(
                operation: "create\u{1B}]0;x\u{7}",
                collection: "a\nb",
                did: "did:plc:\u{202E}evil",
                status: .error,
                message: "bad\r\nline \u{1B}[2J"
            )
        ])
        let outcome = try await database.run("activity")
        #expect(outcome.standardOutput.split(separator: "\n").count == 2)
        #expect(!outcome.standardOutput.unicodeScalars.contains { $0 == "\u{1B}" || $0 == "\u{202E}" || $0 == "\r" })
        #expect(outcome.standardOutput.contains(#"bad\u{D}\u{A}line \u{1B}[2J"#))
    }

    @Test(arguments: [
        (["--status", "error"], [2]), (["--operation", "delete"], [3]), (["--collection", "app.bsky.feed.like"], [4]),
        (["--did", "did:plc:bob"], [5]), (["--hours", "1"], [1, 2, 3, 4, 5]), (["--hours", "3"], [1, 2, 3, 4, 5, 6]),
        (["--status", "success", "--did", "did:plc:bob"], [5]), (["--status", "validation_error"], []),
    ])
    func `filters`(arguments: [String], expected: [Int]) async throws {
        try database.log([
            SampleDatabase.Event(rev: "a"),
            SampleDatabase.Event(rev: "b", status: .error, message: "x"),
            SampleDatabase.Event(operation: "delete", rev: "c"),
            SampleDatabase.Event(collection: "app.bsky.feed.like", rev: "d"),
            SampleDatabase.Event(did: "did:plc:bob", rev: "e"),
            SampleDatabase.Event(ageSeconds: 7200, rev: "f"),
        ])
        let path = ["--database", database.path, "--json"]
        let outcome = try await CommandRunner.run("windsock", ["activity"] + arguments + path)
        let items = try JSONReading(outcome.standardOutput)["items"].array
        #expect(items.compactMap { $0["id"].int }.sorted() == expected)
    }

    @Test func `goes on where a page stopped`() async throws {
        try database.log((0..<5).map { SampleDatabase.Event(ageSeconds: 60 - $0, rev: "r\($0)") })
        var seen: [Int] = []
        var page = try await database.json("activity", "--limit", "2")
        while let next = page["next"].string {
            seen += page["items"].array.compactMap { $0["id"].int }
            page = try await database.json("activity", "--limit", "2", "--after", next)
        }
        seen += page["items"].array.compactMap { $0["id"].int }
        #expect(seen == [5, 4, 3, 2, 1])
    }

    @Test func `says on standard error that there is more, or nothing`() async throws {
        let none = try await database.run("activity", "--hours", "1")
        #expect(none.exitCode == 0)
        #expect(none.standardOutput.isEmpty)
        #expect(none.standardError == "no such events in the last 1 hour\n")
        try database.log((0..<3).map { SampleDatabase.Event(rev: "r\($0)") })
        let page = try await database.run("activity", "--limit", "2")
        #expect(page.standardError.contains("there are more: --after \(database.text(secondsAgo: 60))/2"))
    }
}
