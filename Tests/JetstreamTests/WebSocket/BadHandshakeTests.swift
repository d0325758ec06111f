import TestSupport
import Testing

@testable import Jetstream

/// Answers to the upgrade that are not to be accepted.
///
/// In each case TCP ends without a frame.
@Suite struct BadHandshakeTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        let reason: String
        let change: @Sendable ([String]) -> [String]

        var testDescription: String { name }

        init(_ name: String, _ reason: String, change: @escaping @Sendable ([String]) -> [String]) {
            self.name = name
            self.reason = reason
            self.change = change
        }

        /// The right answer with one line replaced, or left out.
        init(_ name: String, line: Int, _ replacement: String?, _ reason: String) {
            self.init(name, reason) { $0[..<line] + (replacement.map { [$0] } ?? []) + $0[(line + 1)...] }
        }

        /// The right answer with one more line.
        init(_ name: String, adding line: String, _ reason: String) {
            self.init(name, reason) { $0 + [line] }
        }
    }

    private static let accept = "it has not exactly one Sec-WebSocket-Accept that answers the key"
    private static let upgrade = "its Upgrade header does not say websocket"
    private static let connection = "its Connection header does not say Upgrade"

    private static let cases = [
        Case("HTTP/1.0", line: 0, "HTTP/1.0 101 Switching Protocols", "it is HTTP/1.0, not HTTP/1.1"),
        Case("HTTP/2", line: 0, "HTTP/2 101", "it does not begin with an HTTP/1 status line"),
        Case("garbage", line: 0, "\u{1}\u{2}\u{3}", "it holds a control character"),
        Case("another protocol", line: 0, "SSH-2.0-OpenSSH", "it does not begin with an HTTP/1 status line"),
        Case("no status", line: 0, "HTTP/1.1", "its status line is malformed"),
        Case("status of two digits", line: 0, "HTTP/1.1 10 X", "its status line is malformed"),
        Case("status 999", line: 0, "HTTP/1.1 999 X", "its status 999 does not exist"),
        Case("no Upgrade", line: 1, nil, upgrade),
        Case("another Upgrade", line: 1, "Upgrade: h2c", upgrade),
        Case("part of a word", line: 1, "Upgrade: websockets", upgrade),
        Case("no Connection", line: 2, nil, connection),
        Case("another Connection", line: 2, "Connection: keep-alive", connection),
        Case("no Accept", line: 3, nil, accept),
        Case("wrong Accept", line: 3, "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", accept),
        Case("empty Accept", line: 3, "Sec-WebSocket-Accept:", accept),
        Case("second Accept", adding: "Sec-WebSocket-Accept: zzz", accept),
        Case("Accept twice", accept) { $0 + $0.suffix(1) },
        Case(
            "extension",
            adding: "Sec-WebSocket-Extensions: permessage-deflate",
            "it names an extension, and none was offered"
        ),
        Case("subprotocol", adding: "Sec-WebSocket-Protocol: evil", "it names a subprotocol, and none was offered"),
        Case("folded header", adding: " folded", "one of its headers is malformed or folded"),
        Case("no colon", adding: "nonsense", "one of its headers is malformed or folded"),
        Case("space before the colon", adding: "X : y", "one of its headers is malformed or folded"),
        Case("no name", adding: ": y", "one of its headers is malformed or folded"),
        Case("NUL", adding: "X: a\u{0}b", "it holds a control character"),
        Case("bare line feed", adding: "X: a\nY: b", "it holds a control character"),
        Case("bare carriage return", adding: "X: a\rY: b", "a carriage return stands inside a line"),
        Case("101 headers", "it has more than 100 headers") { $0 + Array(repeating: "X: y", count: 98) },
        Case(
            "endless line",
            adding: "X: " + String(repeating: "a", count: 70_000),
            "its head is longer than 65536 bytes"
        ),
        Case("endless interim answers", "its head is longer than 65536 bytes") {
            Array(repeating: "HTTP/1.1 100 Continue\r\n", count: 3000) + $0
        },
    ]

    @Test(arguments: cases)
    func `refuses an answer that is not right`(bad: Case) throws {
        let server = try RawServer { peer in
            try peer.write(RawPeer.goodAnswer(to: peer.readRequest(), change: bad.change))
            return try peer.readFrames()
        }
        #expect(throws: WebSocketError.invalidHandshake(reason: bad.reason)) {
            _ = try WebSocketConnection.open(port: server.port)
        }
        #expect(try server.output().isEmpty)
    }

    @Test func `accepts other spellings of a right answer`() throws {
        let server = try RawServer { peer in
            let answer = RawPeer.goodAnswer(to: try peer.readRequest()) { lines in
                [
                    "HTTP/1.1 100 Continue\r\nX: y\r\n", "HTTP/1.1 101", "UPGRADE: foo, WebSocket",
                    "connection:keep-alive , upgrade", "Date: today", "sec-websocket-ACCEPT:" + lines[3].dropFirst(21),
                ]
            }
            try peer.write(Array(answer.utf8) + ServerFrame.text("at once"))
            return try peer.readFrames().map(\.closeCode)
        }
        let connection = try WebSocketConnection.open(port: server.port)
        #expect(try connection.receiveMessages() == ["at once"])
        connection.close(code: 1000, reason: "", timeout: .milliseconds(1))
        #expect(try server.output() == [1000])
    }

    struct Refusal: Sendable, CustomTestStringConvertible {
        let answer: String
        let error: WebSocketError

        var testDescription: String { String(answer.prefix(40)) }
    }

    @Test(arguments: [
        Refusal(
            answer: "HTTP/1.1 400 Bad Request\r\nContent-Length: 27\r\n\r\n{\"error\":\"CursorTooOld\",...}",
            error: .refused(status: 400, retryAfterSeconds: nil, body: "{\"error\":\"CursorTooOld\",...")
        ),
        Refusal(
            answer: "HTTP/1.1 429 Too Many\r\nRetry-After: 30\r\nContent-Length: 0\r\n\r\n",
            error: .refused(status: 429, retryAfterSeconds: 30, body: "")
        ),
        Refusal(
            answer: "HTTP/1.0 503 Service Unavailable\r\n\r\nservice not ready \u{1B}[31m",
            error: .refused(status: 503, retryAfterSeconds: nil, body: "service not ready \u{1B}[31m")
        ),
        Refusal(
            answer: "HTTP/1.1 502 Bad\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nnope\r\n0\r\n\r\n",
            error: .refused(status: 502, retryAfterSeconds: nil, body: "nope")
        ),
        Refusal(
            answer: "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi",
            error: .refused(status: 200, retryAfterSeconds: nil, body: "hi")
        ),
        Refusal(
            answer: "HTTP/1.1 302 Found\r\nLocation: file:///etc/passwd\r\nContent-Length: 0\r\n\r\n",
            error: .refused(status: 302, retryAfterSeconds: nil, body: "")
        ),
        Refusal(
            answer: "HTTP/1.1 400 Bad\r\n\r\n" + String(repeating: "a", count: 5000),
            error: .refused(status: 400, retryAfterSeconds: nil, body: String(repeating: "a", count: 2048))
        ),
    ])
    func `reports a refusal with its body`(refusal: Refusal) throws {
        let server = try RawServer { peer in
            _ = try peer.readRequest()
            try peer.write(refusal.answer)
            peer.finishWriting()
            return try peer.readFrames()
        }
        #expect(throws: refusal.error) { _ = try WebSocketConnection.open(port: server.port) }
        #expect(try server.output().isEmpty)
    }

    @Test(arguments: [false, true])
    func `reports a server that ends before it answers`(resets: Bool) throws {
        let server = try RawServer { peer in
            _ = try peer.readRequest()
            try peer.write("HTTP/1.1 101 Swi")
            if resets { peer.reset() }
        }
        let error = #expect(throws: WebSocketError.self) { _ = try WebSocketConnection.open(port: server.port) }
        guard case .connectionLost = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        try server.output()
    }

    @Test func `names the reason when nobody listens`() throws {
        // Port 1 is reserved for a service that nobody runs.
        let error = #expect(throws: WebSocketError.self) { _ = try WebSocketConnection.open(port: 1) }
        guard case .couldNotConnect(let curlCode, let message) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(curlCode == 7)
        #expect(message.contains("127.0.0.1"))
    }
}
