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

    @Test func `refuses the first requests, with what a client can wait for, and lets the next one in`() async throws {
        let first = RefusalPlan(RefusalAnswer(status: 503), attempts: 1...2)
        let second = RefusalPlan(RefusalAnswer(status: 429, retryAfterSeconds: 3), attempts: 3...3)
        try await withServer(configured(.lines([])) { $0.refusals = [first, second] }) { server in
            var refusals: [WebSocketRefusal] = []
            for wire in [Wire.v1, .v2, .v2] {
                let refusal = await #expect(throws: WebSocketRefusal.self) {
                    try await NIOTestClient.collect(server.url(of: wire))
                }
                refusals += refusal.map { [$0] } ?? []
            }
            #expect(refusals.map { $0.head.prefix(13) } == ["HTTP/1.1 503 ", "HTTP/1.1 503 ", "HTTP/1.1 429 "])
            #expect(refusals[0].body == "service not ready: bootstrap in progress\n")
            #expect(
                refusals[1].body
                    == "{\"error\":\"ServiceUnavailable\",\"message\":\"service not ready: bootstrap in progress\"}"
            )
            #expect(refusals.map { $0.head.contains("Retry-After: 3\r\n") } == [false, false, true])
            _ = try await NIOTestClient.collect(server.url)
            #expect(server.statistics().connectionsOpened == 1)
            #expect(server.ledger().filter { $0.what == .refused }.map(\.detail) == ["503", "503", "429"])
        }
    }

    @Test func `refuses the next requests when told to`() async throws {
        try await withServer(configured(.lines([]))) { server in
            await server.refuse(next: 1, RefusalAnswer(status: 400, message: "not like this"))
            let refusal = await #expect(throws: WebSocketRefusal.self) {
                try await NIOTestClient.collect(server.url)
            }
            #expect(refusal?.body == "not like this\n")
            _ = try await NIOTestClient.collect(server.url)
        }
    }

    @Test func `refuses for a time`() async throws {
        try await withServer(configured(.lines([]))) { server in
            await server.inject(.refuse(RefusalPlan(RefusalAnswer(status: 503))), seconds: 0.001)
            try await waitUntil("it is over") { server.ledger().contains { $0.what == .faultEnded } }
            _ = try await NIOTestClient.collect(server.url)
        }
    }
}
