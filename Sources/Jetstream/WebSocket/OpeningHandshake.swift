import Crypto

/// The client's half of the opening handshake (RFC 6455 4.1): the request, and what a 101 must hold.
struct OpeningHandshake {
    /// The value of Sec-WebSocket-Key: 16 random bytes in base64.
    let key: String
    /// The only subprotocol that is offered; nil offers none.
    let subprotocol: String?

    /// Makes a key of 16 bytes from the system's secure generator.
    init(subprotocol: String? = nil) {
        var generator = SystemRandomNumberGenerator()
        let bytes = (0..<16).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
        self.init(key: Base64.encode(bytes), subprotocol: subprotocol)
    }

    /// Takes a given key, so that a test knows the answer.
    init(key: String, subprotocol: String? = nil) {
        let isToken = subprotocol?.utf8.allSatisfy(ResponseHeadParser.isTokenByte) ?? true
        precondition(isToken, "a subprotocol is a token, and ours to choose")
        self.key = key
        self.subprotocol = subprotocol
    }

    /// What Sec-WebSocket-Accept must say: base64 of SHA-1 over the key and the RFC's constant.
    ///
    /// SHA-1 proves here only that the server understood the request; nothing rests on its strength.
    var expectedAccept: String {
        Base64.encode(Insecure.SHA1.hash(data: Array("\(key)258EAFA5-E914-47DA-95CA-C5AB0DC85B11".utf8)))
    }

    /// The request, as it is sent.
    ///
    /// No extension is offered.
    func request(for url: WebSocketURL, userAgent: String) -> [UInt8] {
        var lines = [
            "GET \(url.target) HTTP/1.1",
            "Host: \(url.hostHeader)",
            "Upgrade: websocket",
            "Connection: Upgrade",
            "Sec-WebSocket-Key: \(key)",
            "Sec-WebSocket-Version: 13",
            "User-Agent: \(Self.printable(userAgent))",
        ]
        if let subprotocol { lines.append("Sec-WebSocket-Protocol: \(subprotocol)") }
        return Array((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8)
    }

    /// A text as it may stand in a header: without what is no printable ASCII.
    static func printable(_ text: String) -> String {
        String(text.unicodeScalars.filter { (0x20...0x7E).contains($0.value) })
    }

    /// Checks an answer of status 101.
    ///
    /// - Throws: `WebSocketError.invalidHandshake`, which names the header that is wrong.
    func validate(_ head: ResponseHead) throws(WebSocketError) {
        guard head.minorVersion == 1 else {
            throw .invalidHandshake(reason: "it is HTTP/1.\(head.minorVersion), not HTTP/1.1")
        }
        guard head.tokens(of: "upgrade").contains("websocket") else {
            throw .invalidHandshake(reason: "its Upgrade header does not say websocket")
        }
        guard head.tokens(of: "connection").contains("upgrade") else {
            throw .invalidHandshake(reason: "its Connection header does not say Upgrade")
        }
        guard head.values(of: "sec-websocket-accept") == [expectedAccept] else {
            throw .invalidHandshake(reason: "it has not exactly one Sec-WebSocket-Accept that answers the key")
        }
        guard head.values(of: "sec-websocket-extensions").isEmpty else {
            throw .invalidHandshake(reason: "it names an extension, and none was offered")
        }
        try validateSubprotocol(head.values(of: "sec-websocket-protocol"))
    }

    /// A server agrees to the subprotocol by its name as it was sent, once, or says nothing.
    private func validateSubprotocol(_ named: [String]) throws(WebSocketError) {
        guard !named.isEmpty, named != [subprotocol] else { return }
        let offered = subprotocol.map { "only \($0)" } ?? "none"
        throw .invalidHandshake(reason: "it names a subprotocol, and \(offered) was offered")
    }
}
