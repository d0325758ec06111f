import Testing

@testable import Jetstream

struct JetstreamHostTests {
    private static let v2 = "/xrpc/network.bsky.jetstream.subscribeEvents"

    @Test(arguments: [
        ("wss://example.com/subscribe", "example.com", "wss", "/subscribe", JetstreamWire.v1),
        ("ws://example.com:80/a/b?c=d", "example.com", "ws", "/a/b?c=d", .v1),
        ("wss://[::1]:6008/subscribe", "[::1]:6008", "wss", "/subscribe", .v1),
        ("wss://example.com:443\(v2)", "example.com", "wss", v2, .v2),
        ("ws://example.com\(v2)?kinds=commit", "example.com", "ws", "\(v2)?kinds=commit", .v2),
    ])
    func `an address with a path is spoken to on the wire of the path`(
        text: String,
        name: String,
        scheme: String,
        target: String,
        wire: JetstreamWire
    ) throws {
        let host = try JetstreamHost(text)
        #expect(host.name == name)
        let endpoint = try #require(host.endpoints.first)
        #expect(host.endpoints.count == 1)
        #expect(endpoint.wire == wire)
        #expect(endpoint.url.isSecure == (scheme == "wss"))
        #expect(endpoint.url.target == target)
        #expect(host.description == "\(scheme)://\(name)\(target)")
        #expect(try JetstreamHost(host.description) == host)
    }

    @Test(arguments: [
        ("jetstream2.us-east.bsky.network", "jetstream2.us-east.bsky.network", "wss"),
        ("Example.COM:8080", "example.com:8080", "wss"),
        ("wss://example.com:443/", "example.com", "wss"),
        ("ws://127.0.0.1:6008", "127.0.0.1:6008", "ws"),
    ])
    func `a bare name is asked for v2 first, then for v1`(text: String, name: String, scheme: String) throws {
        let host = try JetstreamHost(text)
        #expect(host.name == name)
        #expect(host.endpoints.map(\.wire) == [.v2, .v1])
        #expect(host.endpoints.map(\.url.target) == [Self.v2, "/subscribe"])
        #expect(host.endpoints.allSatisfy { $0.url.isSecure == (scheme == "wss") && $0.host == name })
    }

    @Test func `filters that do not fit a request line go to v1 first, where there is a choice`() throws {
        let long = Subscription(wantedDids: (0..<300).map { "did:plc:wq4aajammjtxdomz3e2\($0)" })
        let short = Subscription(wantedDids: ["did:plc:abc"])
        let host = try JetstreamHost("example.com")
        #expect(host.preferring(short) == host)
        #expect(host.preferring(long).endpoints.map(\.wire) == [.v1, .v2])
        let only = try JetstreamHost("wss://example.com\(Self.v2)")
        #expect(only.preferring(long) == only)
    }

    @Test(arguments: ["", "http://example.com", "a b", "wss://", "example.com:0", "user@example.com", "wss://a#b"])
    func `refuses what is no host`(text: String) {
        #expect(throws: WebSocketError.self) { try JetstreamHost(text) }
    }
}
