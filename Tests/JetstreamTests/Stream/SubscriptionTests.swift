import Testing

@testable import Jetstream

struct SubscriptionTests {
    @Test(
        arguments: [
            ([], [], nil, "/subscribe?maxMessageSizeBytes=4194304"),
            ([], [], 0, "/subscribe?maxMessageSizeBytes=4194304&cursor=0"),
            (
                ["app.bsky.feed.*", "a.b.c"], ["did:plc:abc", "did:web:example.com%3A8080"], 1_783_175_888_085_434,
                "/subscribe?wantedCollections=app.bsky.feed.*&wantedCollections=a.b.c&wantedDids=did:plc:abc"
                    + "&wantedDids=did:web:example.com%253A8080&maxMessageSizeBytes=4194304&cursor=1783175888085434"
            ),
            (
                ["a&cursor=1#é +"], [], nil,
                "/subscribe?wantedCollections=a%26cursor%3D1%23%C3%A9%20%2B&maxMessageSizeBytes=4194304"
            ),
        ] as [([String], [String], Int64?, String)]
    )
    func `asks for collections, accounts, size and cursor`(
        collections: [String],
        dids: [String],
        cursor: Int64?,
        target: String
    ) {
        let subscription = Subscription(wantedCollections: collections, wantedDids: dids)
        #expect(subscription.target(base: "/subscribe", cursor: cursor) == target)
    }

    @Test func `adds to a query that the address has already`() {
        let target = Subscription().target(base: "/subscribe?token=x", cursor: 5)
        #expect(target == "/subscribe?token=x&maxMessageSizeBytes=4194304&cursor=5")
    }

    @Test func `an address with everything that may be asked for is one that can be opened`() throws {
        let subscription = Subscription(
            wantedCollections: (0..<Subscription.maximumCollections).map { "app.example.collection\($0)" },
            wantedDids: (0..<Subscription.maximumDids).map { "did:plc:wq4aajammjtxdomz3e2\($0)" }
        )
        let target = subscription.target(base: "/subscribe", cursor: .max)
        #expect(try JetstreamHost("example.com").url.with(target: target).target == target)
    }
}
