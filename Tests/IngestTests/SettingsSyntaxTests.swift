import Testing

@testable import Ingest

@Suite struct SettingsSyntaxTests {
    @Test(arguments: [
        "wss://jetstream2.us-east.bsky.network/subscribe", "ws://127.0.0.1:6008/subscribe", "WSS://Example.com",
        "wss://example.com/", "example.com", "localhost:6008", "wss://[::1]:6008/subscribe", "[2001:db8::1]",
        "jet_stream.local", "example.com/subscribe",
    ])
    func `takes a host that the reader can connect to`(host: String) {
        #expect(HostSyntax.whatIsAllowed(insteadOf: host) == nil)
    }

    @Test(arguments: [
        ("", "a ws:// or wss:// URL"), ("https://example.com", "a ws:// or wss:// URL"),
        ("wss://", "a ws:// or wss:// URL"),
        ("wss://exa mple.com", "a ws:// or wss:// URL"), ("wss://example..com", "a ws:// or wss:// URL"),
        ("wss://-example.com", "a ws:// or wss:// URL"), ("wss://bücher.example", "a ws:// or wss:// URL"),
        ("wss://example.com:0", "a ws:// or wss:// URL"), ("wss://example.com:65536", "a ws:// or wss:// URL"),
        ("wss://example.com:+80", "a ws:// or wss:// URL"), ("wss://example.com:", "a ws:// or wss:// URL"),
        ("wss://[::1", "a ws:// or wss:// URL"), ("wss://[dead]", "a ws:// or wss:// URL"),
        ("wss://example.com\r\nX-Header: 1", "a ws:// or wss:// URL"),
        ("wss://me:secret@example.com", "a host without a user name"), ("wss://example.com/#top", "without a fragment"),
        ("wss://example.com/subscribe?cursor=0", "without a query"),
        ("wss://example.com/other", "whose path is none, or one of /subscribe"),
        ("wss://example.com/xrpc/network.bsky.jetstream.subscribe", "network.bsky.jetstream.subscribeEvents"),
    ])
    func `says what a host must be when it is not`(host: String, words: String) throws {
        let allowed = try #require(HostSyntax.whatIsAllowed(insteadOf: host), "took \(host)")
        #expect(allowed.contains(words))
    }

    @Test(arguments: [
        "app.bsky.feed.post", "com.example.fooBar", "net.users.bob.ping", "a-0.b-1.c", "cn.8.lex.stuff",
        "app.bsky.feed.*", "app.bsky.*",
    ])
    func `takes an NSID or a prefix of whole segments`(text: String) {
        #expect(IdentifierSyntax.isCollection(text))
    }

    @Test(arguments: [
        "", "*", ".*", "app.*", "app.bsky", "app.bsky.fo*", "app.bsky.feed.", ".app.bsky.feed", "app..feed.post",
        "app.bsky.feed.3post", "app.bsky.feed.po-st", "8app.bsky.feed", "-app.bsky.feed", "app.bsky-.feed",
        "app.bsky.feed.pöst", "app.bsky.feed.post ", "app.bsky.*.post", "app.bsky.feed.**",
        "app.bsky.\(String(repeating: "a", count: 64))",
        "app.\(Array(repeating: String(repeating: "a", count: 60), count: 6).joined(separator: ".")).b",
    ])
    func `refuses other texts as a collection`(text: String) {
        #expect(!IdentifierSyntax.isCollection(text))
    }

    @Test(arguments: ["did:plc:z72i7hdynmk6r22z27h6tvur", "did:web:example.com", "did:m:v%3A1", "did:method:a:b-c_d.e"])
    func `takes a DID`(text: String) {
        #expect(IdentifierSyntax.isDID(text))
    }

    @Test(arguments: [
        "", "did", "did:plc", "did:plc:", "did::abc", "DID:plc:abc", "did:PLC:abc", "did:plc:a b", "did:plc:abc:",
        "did:plc:abc%", "did:plc:ä", "did:plc:a/b", "plc:did:abc", "did:plc:\(String(repeating: "a", count: 2048))",
    ])
    func `refuses other texts as a DID`(text: String) {
        #expect(!IdentifierSyntax.isDID(text))
    }
}
