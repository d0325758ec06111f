import TestSupport
import Testing

@testable import Jetstream

/// Normal behaviour, with NIO's WebSocket on the other side.
@Suite struct WebSocketConnectionTests {
    private let server: NIOWebSocketServer
    private let connection: WebSocketConnection

    init() throws {
        server = try NIOWebSocketServer()
        connection = try WebSocketConnection.open(port: server.port, target: "/subscribe?cursor=1")
    }

    @Test(arguments: [
        "", "hello", "\u{1F30D}", String(repeating: "a", count: 126), String(repeating: "b", count: 70_000),
    ])
    func `receives what it sent`(text: String) throws {
        try connection.send(text: text)
        #expect(try connection.receiveMessages() == [text])
    }

    @Test func `sends and receives binary messages of every length of header`() throws {
        for count in [0, 1, 125, 126, 65_535, 65_536, 200_000] {
            let payload = (0..<count).map { UInt8(truncatingIfNeeded: $0) }
            try payload.withUnsafeBytes { try connection.send(WebSocketMessage(isText: false, bytes: $0)) }
            var received: [[UInt8]] = []
            while received.isEmpty {
                _ = try connection.receive(until: .testDeadline) { message in
                    #expect(!message.isText)
                    received.append(Array(message.bytes))
                }
            }
            #expect(received == [payload])
        }
    }

    @Test func `sends from inside the callback`() throws {
        try connection.send(text: "first")
        var answered = false
        while !answered {
            _ = try connection.receive(until: .testDeadline) { message in
                answered = (try? connection.send(message)) != nil
            }
        }
        #expect(try connection.receiveMessages() == ["first"])
    }

    @Test func `answers a ping with its payload`() throws {
        try connection.send(text: "ping")
        #expect(try connection.receiveMessages() == ["pong are you there"])
        #expect(server.seen == ["pong are you there"])
    }

    @Test func `puts fragments together, and answers a ping between them first`() throws {
        try connection.send(text: "fragments")
        var messages: [String] = []
        while messages.count < 2 {
            messages += try connection.receiveMessages()
        }
        #expect(messages == ["one two three", "pong between"])
    }

    @Test func `is kept alive by the pong to its own ping`() throws {
        let openedAt = connection.lastFrameAt
        try connection.ping()
        while connection.lastFrameAt == openedAt {
            #expect(try connection.receiveOnce() == [])
        }
        #expect(connection.lastFrameAt > openedAt)
        #expect(server.seen == ["ping"])
    }

    @Test func `echoes the server's close once and reports it`() throws {
        try connection.send(text: "close")
        let error = WebSocketError.closedByServer(code: 1001, reason: "going away")
        #expect(connection.receiveToEnd().error == error)
        #expect(server.seen == ["close 1001"])
        #expect(throws: error) { try connection.receiveOnce() }
        #expect(throws: error) { try connection.send(text: "late") }
        connection.close(code: 1000, reason: "")
        #expect(server.seen == ["close 1001"])
    }

    @Test func `closes in good order, and only once`() throws {
        try connection.send(text: "unread")
        connection.close(code: 1001, reason: "done")
        connection.close(code: 1000, reason: "again")
        #expect(server.seen == ["close 1001"])
        let error = #expect(throws: WebSocketError.self) { try connection.receiveOnce() }
        #expect(error == .connectionLost(message: "it was closed by this side"))
    }

    @Test func `can be closed from inside the callback`() throws {
        try connection.send(text: "one")
        var messages = 0
        #expect(throws: WebSocketError.connectionLost(message: "it was closed by this side")) {
            while messages < 2 {
                _ = try connection.receive(until: .testDeadline) { _ in
                    messages += 1
                    connection.close(code: 1000, reason: "enough")
                }
            }
        }
        #expect(messages == 1)
        #expect(server.seen == ["close 1000"])
    }

    @Test func `reports a server that vanishes as a lost connection`() throws {
        try connection.send(text: "vanish")
        let error = WebSocketError.connectionLost(message: "the server ended the stream without a close frame")
        #expect(connection.receiveToEnd().error == error)
    }

    @Test func `returns idle at the deadline, and at once when it has passed`() throws {
        let later = ContinuousClock.now.advanced(by: .milliseconds(50))
        #expect(try connection.receive(until: later) { _ in } == .idle)
        #expect(ContinuousClock.now >= later)
        #expect(try connection.receive(until: .now) { _ in } == .idle)
        #expect(try connection.receive(until: .now, reading: false) { _ in } == .idle)
    }
}
