import TestSupport

@testable import Jetstream

extension RawPeer {
    /// Reads the client's request and answers it as RFC 6455 asks.
    ///
    /// - Parameter trailing: frame bytes to send together with the answer.
    /// - Throws: `RawPeer.Failure`.
    func upgrade(trailing: [UInt8] = []) throws {
        let request = try readRequest()
        try write(Array(Self.goodAnswer(to: request).utf8) + trailing)
    }

    /// The answer to a request, with the lines that `change` makes of the right ones.
    static func goodAnswer(to request: [String], change: ([String]) -> [String] = { $0 }) -> String {
        let accept = OpeningHandshake(key: value(of: "Sec-WebSocket-Key", in: request) ?? "").expectedAccept
        let lines = [
            "HTTP/1.1 101 Switching Protocols", "Upgrade: websocket", "Connection: Upgrade",
            "Sec-WebSocket-Accept: \(accept)",
        ]
        return change(lines).joined(separator: "\r\n") + "\r\n\r\n"
    }
}

extension ContinuousClock.Instant {
    /// Far enough away that reaching it means that a test failed.
    static var testDeadline: Self { .now.advanced(by: .seconds(20)) }
}

extension WebSocketConnection {
    struct Received {
        var messages: [String] = []
        var error: WebSocketError?
    }

    /// Opens a connection to a server of the test.
    static func open(
        port: Int,
        target: String = "/",
        wake: WakeSignal? = nil,
        handshakeTimeout: Duration = .seconds(20)
    ) throws(WebSocketError) -> WebSocketConnection {
        let configuration = WebSocketConfiguration(
            url: try WebSocketURL("ws://127.0.0.1:\(port)\(target)"),
            userAgent: "windsock tests",
            handshakeTimeout: handshakeTimeout,
            maximumMessageBytes: BadFrame.maximumMessageBytes
        )
        guard let wake else { return try open(configuration, wake: WakeSignal()) }
        return try open(configuration, wake: wake)
    }

    /// Receives once, and returns the text messages that came.
    @discardableResult
    func receiveOnce() throws(WebSocketError) -> [String] {
        var messages: [String] = []
        _ = try receive(until: .testDeadline) { messages.append(String(decoding: $0.bytes, as: UTF8.self)) }
        return messages
    }

    /// Receives until a message came, and returns all that came with it.
    func receiveMessages() throws(WebSocketError) -> [String] {
        let deadline = ContinuousClock.Instant.testDeadline
        while ContinuousClock.now < deadline {
            let messages = try receiveOnce()
            if !messages.isEmpty { return messages }
        }
        return []
    }

    /// Receives until the connection ends.
    func receiveToEnd() -> Received {
        var received = Received()
        let deadline = ContinuousClock.Instant.testDeadline
        do {
            while ContinuousClock.now < deadline {
                _ = try receive(until: deadline) { message in
                    received.messages.append(String(decoding: message.bytes, as: UTF8.self))
                }
            }
        } catch {
            received.error = error
        }
        return received
    }
}
