import TestSupport
import Testing

@testable import JetstreamSimulator

struct RefusalTests {
    private static let key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
    private static let upgrade = "Host: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"

    @Test(arguments: [
        ("GET /other HTTP/1.1\r\n\(upgrade)\(key)\r\n", "404"),
        ("POST /subscribe HTTP/1.1\r\n\(upgrade)\(key)Content-Length: 0\r\n\r\n", "405"),
        ("GET /subscribe HTTP/1.1\r\nHost: localhost\r\n\r\n", "426"),
        ("GET /subscribe HTTP/1.1\r\n\(upgrade)\r\n", "400"),
        ("GET /subscribe?cursor=x HTTP/1.1\r\n\(upgrade)\(key)\r\n", "400"),
    ])
    func `refuses requests before the upgrade`(request: String, status: String) async throws {
        try await withServer(configured(.lines([]))) { server in
            let answer = try await NIORawClient.exchange(port: server.port, request)
            #expect(answer.hasPrefix("HTTP/1.1 \(status) "))
            #expect(answer.contains("text/plain"))
            #expect(server.statistics().refusals == 1)
            #expect(server.statistics().connectionsOpened == 0)
        }
    }

    @Test func `says why a cursor is refused`() async throws {
        try await withServer(configured(.lines([]))) { server in
            let refusal = await #expect(throws: WebSocketRefusal.self) {
                try await NIOTestClient.collect(server.url + "?cursor=abc")
            }
            #expect(refusal?.head.hasPrefix("HTTP/1.1 400 ") == true)
            #expect(refusal?.body == "subscribe: invalid cursor: \"abc\"\n")
        }
    }
}
