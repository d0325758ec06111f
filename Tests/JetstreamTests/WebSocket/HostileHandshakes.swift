import TestSupport

/// What a server may do instead of agreeing to the upgrade.
extension HostileBehaviour {
    static let handshakes = refusals + answers + endings + floods

    private static let refusals: [HostileBehaviour] =
        [("200 OK", "hi"), ("401 Unauthorized", ""), ("429 Too Many Requests", ""), ("503 Busy", "")].map {
            status,
            body in
            HostileBehaviour("status-\(status.prefix(3))", .refused(Int(status.prefix(3)) ?? 0)) { _ in
                ["HTTP/1.1 \(status)", "Retry-After: 30", "Content-Length: \(body.utf8.count)", "", body]
            }
        }
        + [("file", "file:///etc/passwd"), ("loop", "/redirect-loop")].map { name, location in
            HostileBehaviour("redirect-\(name)", .refused(302)) { _ in
                ["HTTP/1.1 302 Found", "Location: \(location)", "Content-Length: 0"]
            }
        }

    private static func answer(_ name: String, line: Int, _ replacement: String?) -> HostileBehaviour {
        HostileBehaviour(name, .noHandshake) { lines in
            lines[..<line] + (replacement.map { [$0] } ?? []) + lines[(line + 1)...]
        }
    }

    private static func answer(_ name: String, adding line: String) -> HostileBehaviour {
        HostileBehaviour(name, .noHandshake) { $0 + [line] }
    }

    private static let answers = [
        answer("accept-wrong", line: 3, "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo="),
        answer("accept-missing", line: 3, nil),
        answer("accept-twice", adding: "Sec-WebSocket-Accept: zzz"),
        answer("upgrade-other", line: 1, "Upgrade: h2c"),
        answer("connection-other", line: 2, "Connection: keep-alive"),
        answer("http-1.0", line: 0, "HTTP/1.0 101 Switching Protocols"),
        answer("extension-unasked", adding: "Sec-WebSocket-Extensions: x-unknown"),
        answer("subprotocol-unasked", adding: "Sec-WebSocket-Protocol: evil"),
        answer("header-nul", adding: "X-A: a\u{0}b"),
        HostileBehaviour(handshake: "garbage", .noHandshake) { peer in
            var generator = SeededGenerator(seed: 1)
            try peer.write((0..<4096).map { _ in .random(in: 0x80...0xFF, using: &generator) })
        },
    ]

    private static let endings = [
        HostileBehaviour(handshake: "end-of-stream", .lost) { $0.finishWriting() },
        HostileBehaviour(handshake: "reset", .lost) { $0.reset() },
        HostileBehaviour(handshake: "silence", .timedOut, timeout: .milliseconds(300)) { _ in }.keepingOpen(),
        HostileBehaviour(handshake: "answer-trickled", .timedOut, timeout: .milliseconds(500)) { peer in
            let answer = "HTTP/1.1 101 Switching Protocols\r\nX: \(String(repeating: "a", count: 200))"
            try peer.trickle(Array(answer.utf8), pauseMilliseconds: 20)
        }.keepingOpen(),
    ]

    private static let floods = [
        HostileBehaviour(handshake: "headers-endless", .noHandshake) { peer in
            try peer.write("HTTP/1.1 101 X\r\n")
            try peer.writeWithoutEnd(Array("X-Pad: \(String(repeating: "a", count: 1000))\r\n".utf8))
        },
        HostileBehaviour(handshake: "header-line-endless", .noHandshake) { peer in
            try peer.write("HTTP/1.1 101 X\r\nX: ")
            try peer.writeWithoutEnd(Array(repeating: UInt8(ascii: "a"), count: 65_536))
        },
        HostileBehaviour(handshake: "interim-answers-endless", .noHandshake) { peer in
            try peer.writeWithoutEnd(Array("HTTP/1.1 100 Continue\r\n\r\n".utf8))
        },
        HostileBehaviour(handshake: "refusal-body-endless", .refused(400)) { peer in
            try peer.write("HTTP/1.1 400 Bad\r\nTransfer-Encoding: chunked\r\n\r\n")
            let chunk = "10000\r\n\(String(repeating: "a", count: 65_536))\r\n"
            try peer.writeWithoutEnd(Array(chunk.utf8))
        },
    ]
}
