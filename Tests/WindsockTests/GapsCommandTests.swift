import Store
import TestSupport
import Testing

@Suite struct GapsCommandTests {
    private let database: SampleDatabase

    init() throws {
        database = try SampleDatabase()
    }

    private func words(_ secondsAgo: Int64) -> String {
        String(database.text(secondsAgo: secondsAgo).prefix(19).replacing("T", with: " "))
    }

    @Test func `says plainly that there are no gaps`() async throws {
        let outcome = try await database.run("gaps")
        #expect(outcome.exitCode == 0)
        #expect(outcome.standardOutput == "no gaps\n")
        #expect(outcome.standardError.isEmpty)
        #expect(try await database.json("gaps").keys == ["items"])
    }

    @Test func `lists the newest first, the open and the filled, and escapes what a host wrote`() async throws {
        try database.logGaps([
            SampleDatabase.Gap(cause: "blind", fromSecondsAgo: 900, toSecondsAgo: 800, healedSecondsAgo: 700),
            SampleDatabase.Gap(host: "other.example:80", cause: "reset\u{1B}[2J"),
        ])
        let outcome = try await database.run("gaps")
        #expect(outcome.exitCode == 0)
        let lines = outcome.standardOutput.split(separator: "\n")
        try #require(lines.count == 3)
        #expect(lines[0].hasPrefix("ID  FROM (UTC)"))
        let open = "\(words(600))  \(words(500))  \(words(500))  other.example:80   v1    open "
        #expect(lines[1].hasPrefix(" 2  \(open)"))
        #expect(lines[1].hasSuffix(#"  reset\u{1B}[2J"#))
        let filled = "\(words(900))  \(words(800))  \(words(800))  jetstream.example  v1    \(words(700))"
        #expect(lines[2] == " 1  \(filled)  blind; filled: read again from elsewhere")
    }

    @Test func `prints the contract's fields as JSON`() async throws {
        try database.logGaps([
            SampleDatabase.Gap(healedSecondsAgo: 1), SampleDatabase.Gap(cause: "reset"),
        ])
        let items = try await database.json("gaps")["items"].array
        try #require(items.count == 2)
        #expect(items[0].keys == ["id", "host", "wire", "from", "to", "cause", "detectedAt"])
        #expect(items[0]["cause"].string == "reset")
        #expect(items[1].keys == items[0].keys.union(["healedAt", "healedHow"]))
        #expect(items[1]["from"].string == database.text(secondsAgo: 600))
        #expect(items[1]["to"].string == database.text(secondsAgo: 500))
        #expect(items[1]["healedAt"].string == database.text(secondsAgo: 1))
        #expect(items[1]["healedHow"].string == "read again from elsewhere")
        #expect(try await database.json("status")["gaps"]["open"].int == 1)
        #expect(try await database.run("status").standardOutput.contains("gaps        2, 1 of them open\n"))
    }

    @Test func `goes on where a page stopped`() async throws {
        try database.logGaps((0..<5).map { _ in SampleDatabase.Gap() })
        let first = try await database.json("gaps", "--limit", "3")
        #expect(first["items"].array.compactMap { $0["id"].int } == [5, 4, 3])
        let next = try #require(first["next"].string)
        let second = try await database.json("gaps", "--limit", "3", "--after", next)
        #expect(second["items"].array.compactMap { $0["id"].int } == [2, 1])
        #expect(second["next"].string == nil)
        #expect(try await database.run("gaps", "--limit", "3").standardError == "there are more: --after 3\n")
        #expect(try await database.run("gaps", "--after", "1").standardOutput == "no more gaps\n")
    }
}
