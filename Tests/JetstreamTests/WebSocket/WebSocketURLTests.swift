import Testing

@testable import Jetstream

@Suite struct WebSocketURLTests {
    struct Good: Sendable {
        let text: String
        let host: String
        let port: Int
        let target: String
        let hostHeader: String
        let curlURL: String
    }

    @Test(arguments: [
        Good(
            text: "ws://localhost",
            host: "localhost",
            port: 80,
            target: "/",
            hostHeader: "localhost",
            curlURL: "http://localhost:80/"
        ),
        Good(
            text: "WSS://Jetstream2.US-East.bsky.network/subscribe?wantedCollections=app.bsky.*&cursor=1",
            host: "jetstream2.us-east.bsky.network",
            port: 443,
            target: "/subscribe?wantedCollections=app.bsky.*&cursor=1",
            hostHeader: "jetstream2.us-east.bsky.network",
            curlURL: "https://jetstream2.us-east.bsky.network:443/"
        ),
        Good(
            text: "ws://127.0.0.1:6008?a=b",
            host: "127.0.0.1",
            port: 6008,
            target: "/?a=b",
            hostHeader: "127.0.0.1:6008",
            curlURL: "http://127.0.0.1:6008/"
        ),
        Good(
            text: "wss://[::1]:8443/x",
            host: "::1",
            port: 8443,
            target: "/x",
            hostHeader: "[::1]:8443",
            curlURL: "https://[::1]:8443/"
        ),
        Good(
            text: "ws://[2001:DB8::1]/",
            host: "2001:db8::1",
            port: 80,
            target: "/",
            hostHeader: "[2001:db8::1]",
            curlURL: "http://[2001:db8::1]:80/"
        ),
        Good(
            text: "wss://host:80/a@b:c?d=[e]",
            host: "host",
            port: 80,
            target: "/a@b:c?d=[e]",
            hostHeader: "host:80",
            curlURL: "https://host:80/"
        ),
    ])
    func `takes an address apart`(good: Good) throws {
        let url = try WebSocketURL(good.text)
        #expect(url.isSecure == good.text.lowercased().hasPrefix("wss"))
        #expect(url.host == good.host)
        #expect(url.port == good.port)
        #expect(url.target == good.target)
        #expect(url.hostHeader == good.hostHeader)
        #expect(url.curlURL == good.curlURL)
        #expect(try WebSocketURL(url.description) == url)
    }

    @Test(arguments: [
        "", "localhost", "//localhost", "http://localhost", "https://localhost", "file:///etc/passwd", "ws:/localhost",
        "ws://", "ws:///path", "ws://?q", "ws://user@host/", "ws://user:secret@host/", "ws://host/#fragment",
        "ws://host#",
        "ws://host/a b", "ws://host/a\r\nX-Evil: 1", "ws://host/\u{0}", "ws://h\u{F6}st/", "ws://host/\u{7F}",
        "ws://host:",
        "ws://host:0", "ws://host:65536", "ws://host:-1", "ws://host:+1", "ws://host:1x",
        "ws://host:99999999999999999999",
        "ws://a:b:1/", "ws://[::1", "ws://[::1]x/", "ws://[nonsense]/", "ws://[]/", "ws://[::1%25lo]/", "ws://ho%73t/",
        "ws://host\\evil/", "ws://::1/", "ws://a..b/", "ws://-host/", "ws://host-/", "ws://.host/",
    ])
    func `refuses what is no address of a WebSocket`(text: String) throws {
        let error = #expect(throws: WebSocketError.self) { try WebSocketURL(text) }
        guard case .invalidURL = error else {
            Issue.record("\(text): \(String(describing: error))")
            return
        }
    }
}
