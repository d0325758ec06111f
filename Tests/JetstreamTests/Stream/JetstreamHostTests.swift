import Testing

@testable import Jetstream

struct JetstreamHostTests {
    @Test(arguments: [
        ("jetstream2.us-east.bsky.network", "jetstream2.us-east.bsky.network", "wss", "/subscribe"),
        ("Example.COM:8080", "example.com:8080", "wss", "/subscribe"),
        ("wss://example.com/subscribe", "example.com", "wss", "/subscribe"),
        ("wss://example.com:443/", "example.com", "wss", "/subscribe"),
        ("ws://127.0.0.1:6008", "127.0.0.1:6008", "ws", "/subscribe"),
        ("ws://example.com:80/a/b?c=d", "example.com", "ws", "/a/b?c=d"),
        ("wss://[::1]:6008/subscribe", "[::1]:6008", "wss", "/subscribe"),
    ])
    func `reads an address or a bare name`(text: String, name: String, scheme: String, target: String) throws {
        let host = try JetstreamHost(text)
        #expect(host.name == name)
        #expect(host.url.isSecure == (scheme == "wss"))
        #expect(host.url.target == target)
        #expect(host.description == "\(scheme)://\(name)\(target)")
        #expect(try JetstreamHost(host.description) == host)
        #expect(host.wire == .v1)
    }

    @Test(arguments: ["", "http://example.com", "a b", "wss://", "example.com:0", "user@example.com", "wss://a#b"])
    func `refuses what is no host`(text: String) {
        #expect(throws: WebSocketError.self) { try JetstreamHost(text) }
    }
}
