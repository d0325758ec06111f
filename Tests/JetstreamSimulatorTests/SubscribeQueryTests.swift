import Testing

@testable import JetstreamSimulator

struct SubscribeQueryTests {
    @Test func `reads the parameters of the real server and ignores others`() throws {
        let query = try SubscribeQuery(
            "wantedCollections=app.bsky.feed.post&wantedCollections=app.bsky.graph.%2A&wantedDids=did%3Aplc%3Aabc"
                + "&cursor=1780000000000000&maxMessageSizeBytes=1000&zstdDictionary=1&onlyOneCommit=true"
        )
        #expect(query.cursor == 1_780_000_000_000_000)
        #expect(query.rawCursor == "1780000000000000")
        #expect(query.selection.dids == ["did:plc:abc"])
        #expect(query.selection.mostMessageBytes == 1_000)
        for (collection, isWanted) in [
            ("app.bsky.feed.post", true), ("app.bsky.feed.postgate", false), ("app.bsky.graph.follow", true),
            ("app.bsky.graphs.follow", false),
        ] {
            #expect(query.selection.collections.contains { $0.matches(collection) } == isWanted)
        }
    }

    @Test(arguments: ["", "cursor=", "maxMessageSizeBytes=-5", "maxMessageSizeBytes=many", "%zz=1"])
    func `takes what the real server lets pass`(query: String) throws {
        let query = try SubscribeQuery(query[...])
        #expect(query.cursor == nil)
        #expect(query.selection.mostMessageBytes == 0)
    }

    @Test(arguments: [
        ("cursor=abc", "invalid cursor: \"abc\""),
        ("cursor=1.5", "invalid cursor: \"1.5\""),
        ("cursor=99999999999999999999", "invalid cursor: \"99999999999999999999\""),
        ("wantedCollections=app.bsky.fo*", "invalid collection: \"app.bsky.fo*\""),
        ("wantedCollections=post", "invalid collection: \"post\""),
        ("wantedDids=alice.example", "invalid DID: \"alice.example\""),
    ])
    func `refuses what the real server refuses`(query: String, message: String) {
        #expect(throws: SubscribeQuery.Refusal(message)) { try SubscribeQuery(query[...]) }
    }

    @Test(arguments: [("wantedCollections=a.b.c", 100), ("wantedDids=did:plc:", 10_000)])
    func `counts the limits after removing duplicates`(prefix: String, most: Int) throws {
        let values = (0..<most).map { prefix + String($0) }
        _ = try SubscribeQuery((values + values).joined(separator: "&")[...])
        #expect(throws: SubscribeQuery.Refusal.self) {
            try SubscribeQuery((values + [prefix + "more"]).joined(separator: "&")[...])
        }
    }
}
