import Store
import TestSupport
import Testing
import Texts

@Suite struct RecordsCommandTests {
    private let database: SampleDatabase
    private let keys = (1...3).map { number in
        RecordKey(collection: "app.bsky.feed.post", rkey: ByteText("k\(number)"), did: "did:plc:alice")
    }

    init() throws {
        database = try SampleDatabase()
        try database.store(keys + [RecordKey(collection: "app.bsky.feed.like", rkey: "l", did: "did:plc:bob")])
    }

    @Test func `lists a collection by record key, descending`() async throws {
        let items = try await database.json("records", "--collection", "app.bsky.feed.post")["items"].array
        #expect(items.compactMap { $0["rkey"].string } == ["k3", "k2", "k1"])
        let item = try #require(items.first)
        #expect(item.keys == ["uri", "cid", "did", "collection", "rkey", "rev", "indexedAt", "json"])
        #expect(item["uri"].string == "at://did:plc:alice/app.bsky.feed.post/k3")
        #expect(item["json"].string == #"{"text":"hello"}"#)
        #expect(item["indexedAt"].string == database.text(secondsAgo: 60))
    }

    @Test func `lists an account`() async throws {
        let items = try await database.json("records", "--did", "did:plc:bob")["items"].array
        #expect(items.compactMap { $0["uri"].string } == ["at://did:plc:bob/app.bsky.feed.like/l"])
        #expect(try await database.json("records", "--did", "did:plc:nobody")["items"].count == 0)
    }

    @Test(arguments: [["--collection", "app.bsky.feed.post"], ["--did", "did:plc:alice"]])
    func `goes on where a page stopped`(question: [String]) async throws {
        var seen: [String] = []
        var place: [String] = []
        repeat {
            let arguments = ["records", "--limit", "2", "--json", "--database", database.path] + question + place
            let outcome = try await CommandRunner.run("windsock", arguments)
            let page = try JSONReading(outcome.standardOutput)
            seen += page["items"].array.compactMap { $0["rkey"].string }
            place = page["next"].string.map { ["--after", $0] } ?? []
        } while !place.isEmpty
        #expect(seen == ["k3", "k2", "k1"])
    }

    @Test func `shows one record`() async throws {
        let uri = "at://did:plc:alice/app.bsky.feed.post/k1"
        let outcome = try await database.run("records", uri)
        #expect(outcome.exitCode == 0)
        #expect(outcome.standardOutput.hasPrefix("uri      \(uri)\ncid      bafyone\n"))
        #expect(outcome.standardOutput.hasSuffix("record   {\"text\":\"hello\"}\n"))
        #expect(try await database.json("records", uri)["rkey"].string == "k1")
    }

    @Test func `escapes what the network wrote`() async throws {
        let key = RecordKey(collection: "x.y.z", rkey: "\u{1B}[2J", did: "did:plc:eve")
        try database.store([key], json: "{\"a\":\"\u{202E}\n\"}")
        let outcome = try await database.run("records", "--collection", "x.y.z")
        let lines = outcome.standardOutput.split(separator: "\n")
        #expect(lines.count == 2)
        #expect(lines.last?.hasSuffix(#"at://did:plc:eve/x.y.z/\u{1B}[2J  {"a":"\u{202E}\u{A}"}"#) == true)
    }

    @Test func `says that a record is not there, with 1`() async throws {
        let outcome = try await database.run("records", "at://did:plc:alice/app.bsky.feed.post/none")
        #expect(outcome.exitCode == 1)
        #expect(outcome.standardError == "windsock: there is no record at://did:plc:alice/app.bsky.feed.post/none\n")
    }

    @Test(arguments: [
        [], ["--collection", "a.b.c", "--did", "did:plc:alice"], ["at://did:plc:alice/a.b.c"], ["alice"],
        ["at://d/c/r", "--did", "did:plc:alice"], ["--did", "did:plc:alice", "--after", "x"],
        ["--collection", "a.b.c", "--after", "x"], ["--collection", "a.b.c", "--limit", "1001"],
    ])
    func `refuses a question that it cannot answer`(arguments: [String]) async throws {
        let outcome = try await CommandRunner.run("windsock", ["records", "--database", database.path] + arguments)
        #expect(outcome.exitCode == 64)
    }

    @Test func `hides the records of an account that is away, and says so`() async throws {
        let store = try Store.open(path: database.path, access: .readWrite)
        try store.write { db in
            let actors = ActorRepository(db)
            let actor = try #require(try actors.find("did:plc:bob"))
            let standing = AccountStanding(
                isActive: false,
                status: "taken\u{1B}down",
                isHidden: true,
                timeMicroseconds: 1,
                seq: 1
            )
            try actors.updateAccount(actor.id, standing)
        }
        try store.close()
        let uri = "at://did:plc:bob/app.bsky.feed.like/l"
        for question in [["--did", "did:plc:bob"], ["--collection", "app.bsky.feed.like"], [uri]] {
            let all = ["records", "--json", "--database", database.path] + question
            let hidden = try await CommandRunner.run("windsock", all)
            #expect(!hidden.standardOutput.contains(uri))
            #expect(hidden.exitCode == (question == [uri] ? 1 : 0))
            let shown = try JSONReading(await CommandRunner.run("windsock", all + ["--hidden"]).standardOutput)
            #expect((question == [uri] ? shown : shown["items"][0])["hidden"].bool == true)
        }
        let account = try await database.run("records", "--did", "did:plc:bob")
        #expect(account.standardError == "the account is taken\\u{1B}down: its records are hidden; see --hidden\n")
        let one = try await database.run("records", uri)
        #expect(one.standardError == "windsock: \(uri) is hidden: its account is away; see --hidden\n")
    }
}
