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
    ) throws {
        let subscription = Subscription(wantedCollections: collections, wantedDids: dids)
        let request = SubscriptionRequest(subscription, to: try Self.endpoint(), cursor: cursor, dictionary: nil)
        #expect(request.target == target)
        #expect(request.hello == nil)
    }

    @Test func `asks v2 in its own words, and for its dictionary`() throws {
        let subscription = Subscription(wantedCollections: ["a.b.c", "a.d.*"], wantedDids: ["did:plc:abc"])
        let endpoint = try Self.endpoint("ws://h/xrpc/network.bsky.jetstream.subscribeEvents")
        let request = SubscriptionRequest(subscription, to: endpoint, cursor: 7, dictionary: 20_260_811)
        #expect(
            request.target == endpoint.url.target
                + "?collections=a.b.c&collections=a.d.*&dids=did:plc:abc&maxMessageSizeBytes=4194304"
                + "&zstdDictionary=20260811&cursor=7"
        )
    }

    @Test func `asks v1 for compression without naming the dictionary`() throws {
        let request = SubscriptionRequest(Subscription(), to: try Self.endpoint(), cursor: nil, dictionary: 1)
        #expect(request.target == "/subscribe?maxMessageSizeBytes=4194304&compress=true")
    }

    @Test func `adds to a query that the address has already`() throws {
        let endpoint = try Self.endpoint("ws://h/subscribe?token=x")
        let request = SubscriptionRequest(Subscription(), to: endpoint, cursor: 5, dictionary: nil)
        #expect(request.target == "/subscribe?token=x&maxMessageSizeBytes=4194304&cursor=5")
    }

    @Test func `what is too long for a request line is sent to v1 after the handshake`() throws {
        let subscription = Subscription(
            wantedCollections: ["a.b.c"],
            wantedDids: (0..<200).map { "did:plc:wq4aajammjtxdomz3e2\($0)" }
        )
        let request = SubscriptionRequest(subscription, to: try Self.endpoint(), cursor: 5, dictionary: 1)
        #expect(request.target == "/subscribe?requireHello=true&compress=true&cursor=5")
        #expect(request.hello == subscription.optionsUpdate)
        let dids = subscription.wantedDids.map { "\"\($0)\"" }.joined(separator: ",")
        let payload = "{\"wantedCollections\":[\"a.b.c\"],\"wantedDids\":[\(dids)],\"maxMessageSizeBytes\":4194304}"
        #expect(request.hello == "{\"type\":\"options_update\",\"payload\":\(payload)}")
    }

    @Test func `an address with everything that may be asked for is one that can be opened`() throws {
        let subscription = Subscription(
            wantedCollections: (0..<Subscription.maximumCollections).map { "app.example.collection\($0)" },
            wantedDids: (0..<Subscription.maximumDids).map { "did:plc:wq4aajammjtxdomz3e2\($0)" }
        )
        for endpoint in try JetstreamHost("example.com").endpoints {
            let request = SubscriptionRequest(subscription, to: endpoint, cursor: .max, dictionary: nil)
            #expect(try endpoint.url.with(target: request.target).target == request.target)
        }
    }

    private static func endpoint(_ text: String = "ws://h/subscribe") throws -> JetstreamEndpoint {
        try #require(try JetstreamHost(text).endpoints.first)
    }
}
