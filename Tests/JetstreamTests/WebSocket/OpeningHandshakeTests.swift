import Synchronization
import TestSupport
import Testing

@testable import Jetstream

@Suite struct OpeningHandshakeTests {
    /// The example of RFC 6455 section 1.3.
    private let handshake = OpeningHandshake(key: "dGhlIHNhbXBsZSBub25jZQ==")

    private static let answer = [
        "HTTP/1.1 101 Switching Protocols", "Upgrade: websocket", "Connection: Upgrade",
        "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=",
    ]

    @Test func `computes the RFC's example`() {
        #expect(handshake.expectedAccept == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")
    }

    @Test(arguments: [
        ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("foobar", "Zm9vYmFy"),
    ])
    func `encodes base64 as RFC 4648 shows`(text: String, encoded: String) {
        #expect(Base64.encode(text.utf8) == encoded)
    }

    @Test func `makes a key of 16 bytes, another one each time`() {
        let keys = Set((0..<100).map { _ in OpeningHandshake().key })
        #expect(keys.count == 100)
        #expect(keys.filter { $0.utf8.count != 24 || !$0.hasSuffix("==") }.isEmpty)
    }

    @Test func `asks for what RFC 6455 says, and nothing can be smuggled in`() throws {
        let url = try WebSocketURL("wss://example.org/subscribe?cursor=1")
        let request = handshake.request(for: url, userAgent: "windsock\r\nEvil: 1")
        #expect(
            String(decoding: request, as: UTF8.self) == """
                GET /subscribe?cursor=1 HTTP/1.1\r
                Host: example.org\r
                Upgrade: websocket\r
                Connection: Upgrade\r
                Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r
                Sec-WebSocket-Version: 13\r
                User-Agent: windsockEvil: 1\r
                \r\n
                """
        )
    }

    @Test(arguments: [
        ([], true), (["xrpc.v1.json"], true), (["XRPC.v1.json"], false), (["xrpc.v1.json, other"], false),
    ])
    func `offers one subprotocol, to which the server may agree or not`(named: [String], isRight: Bool) throws {
        let handshake = OpeningHandshake(key: handshake.key, subprotocol: "xrpc.v1.json")
        let request = handshake.request(for: try WebSocketURL("wss://example.org/"), userAgent: "tests")
        let lines = String(decoding: request, as: UTF8.self).split(separator: "\r\n")
        #expect(lines.filter { $0.hasPrefix("Sec-WebSocket-Protocol") } == ["Sec-WebSocket-Protocol: xrpc.v1.json"])
        let answer = Self.answer + named.map { "Sec-WebSocket-Protocol: \($0)" } + ["", ""]
        let head = try #require(try ParsedHead([Array(answer.joined(separator: "\r\n").utf8)]).head)
        guard !isRight else { return try handshake.validate(head) }
        let reason = "it names a subprotocol, and only xrpc.v1.json was offered"
        #expect(throws: WebSocketError.invalidHandshake(reason: reason)) { try handshake.validate(head) }
    }

    @Test func `refuses an agreement that is given twice`() throws {
        let handshake = OpeningHandshake(key: handshake.key, subprotocol: "a")
        let answer = Self.answer + ["Sec-WebSocket-Protocol: a", "Sec-WebSocket-Protocol: a", "", ""]
        let head = try #require(try ParsedHead([Array(answer.joined(separator: "\r\n").utf8)]).head)
        #expect(throws: WebSocketError.self) { try handshake.validate(head) }
    }

    @Test func `finds the same head however it is cut, and keeps what follows it`() throws {
        let lines = Self.answer + ["X-Text: \t a: b, c \t", "X-Empty:", "Upgrade: h2c"]
        let bytes = Array(("HTTP/1.1 100 Continue\r\nX: y\r\n\r\n" + lines.joined(separator: "\r\n") + "\r\n\r\n").utf8)
        let frames: [UInt8] = [0x81, 0x01, 0x0A, 0x0D]
        let expected = try ParsedHead([bytes + frames])
        #expect(expected.head?.status == 101)
        #expect(expected.head?.values(of: "x-text") == ["a: b, c"])
        #expect(expected.head?.values(of: "x-empty") == [""])
        #expect(expected.head?.tokens(of: "upgrade") == ["websocket", "h2c"])
        #expect(expected.head?.values(of: "x") == [])
        #expect(expected.rest == frames)
        #expect(try ParsedHead((bytes + frames).map { [$0] }) == expected)
        for seed in 0..<200 {
            var generator = SeededGenerator(seed: UInt64(seed))
            #expect(try ParsedHead(generator.pieces(of: bytes + frames, maximum: 64)) == expected)
        }
        try handshake.validate(try #require(expected.head))
    }

    @Test func `refuses a head that grows without end, and one of too many headers`() {
        let start = Array("HTTP/1.1 101 X\r\n".utf8)
        let fill = Array(repeating: UInt8(ascii: "a"), count: ResponseHeadParser.maximumBytes)
        let headers = Array(repeatElement(Array("A: b\r\n".utf8), count: 101).joined())
        let interim = Array(repeatElement(Array("HTTP/1.1 100 Continue\r\n\r\n".utf8), count: 3000).joined())
        let tooLong = WebSocketError.invalidHandshake(reason: "its head is longer than 65536 bytes")
        #expect(throws: tooLong) { try ParsedHead([start + Array("X: ".utf8) + fill]) }
        #expect(throws: tooLong) { try ParsedHead([interim]) }
        #expect(throws: WebSocketError.invalidHandshake(reason: "it has more than 100 headers")) {
            try ParsedHead([start + headers])
        }
    }

    @Test func `never traps on 100,000 damaged answers, which no cutting changes`() async {
        let body = "HTTP/1.1 503 Busy\r\nRetry-After: 99999999999999999999\r\nTransfer-Encoding: chunked\r\n\r\n"
        let chunks = "5\r\nhello\r\nffffffff\r\nrest"
        let bases = [Array((Self.answer.joined(separator: "\r\n") + "\r\n\r\n").utf8), Array((body + chunks).utf8)]
        let handshake = handshake
        let refused = Atomic(0)
        let fault = await LongWork.firstFault(0..<100_000) { seed in
            var generator = SeededGenerator(seed: UInt64(seed))
            let damaged = generator.damage(bases[seed % 2])
            let pieces = generator.pieces(of: damaged, maximum: 64)
            let result = Result { () throws(WebSocketError) in try ParsedHead(pieces) }
            let whole = Result { () throws(WebSocketError) in try ParsedHead([damaged]) }
            guard result == whole else { return "cut and whole differ" }
            do {
                let parsed = try result.get()
                guard let head = parsed.head else { return nil }
                _ = head.retryAfterSeconds
                var body = ResponseBody(head: head)
                parsed.rest.withUnsafeBytes { body.append($0) }
                guard body.text.utf8.count <= ResponseBody.maximumRefusalBytes * 3 else { return "a long body" }
                try handshake.validate(head)
            } catch {
                refused.add(1, ordering: .relaxed)
            }
            return nil
        }
        #expect(fault == nil)
        #expect(refused.load(ordering: .relaxed) > 25_000)
    }

    @Test(arguments: [
        ("Retry-After: 30", 30), ("Retry-After:0", 0), ("Retry-After: 99999999999999999999", 86_400),
        ("Retry-After: -1", nil), ("Retry-After: Wed, 21 Oct 2026 07:28:00 GMT", nil), ("Retry-After:", nil),
        ("X: 1", nil),
    ])
    func `believes a Retry-After in seconds, up to a day`(header: String, seconds: Int?) throws {
        let parsed = try ParsedHead([Array("HTTP/1.1 429 Slow down\r\n\(header)\r\n\r\n".utf8)])
        #expect(parsed.head?.retryAfterSeconds == seconds)
    }
}

/// What the parser made of an answer that came in pieces.
struct ParsedHead: Equatable {
    private(set) var head: ResponseHead?
    private(set) var rest: [UInt8] = []

    init(_ pieces: [[UInt8]]) throws(WebSocketError) {
        var parser = ResponseHeadParser()
        for piece in pieces {
            guard head == nil else {
                rest += piece
                continue
            }
            let result = piece.withUnsafeBytes { bytes in
                Result { () throws(WebSocketError) -> (ResponseHead?, [UInt8]) in
                    var rest = bytes
                    return (try parser.parse(&rest), Array(rest))
                }
            }
            (head, rest) = try result.get()
        }
    }
}
