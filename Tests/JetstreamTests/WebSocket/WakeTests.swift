import TestSupport
import Testing

@testable import Jetstream

/// Waits that end early, by a wake signal or by the handshake's deadline.
@Suite struct WakeTests {
    @Test func `remembers a signal until it is drained, and counts several as one`() throws {
        let wake = try WakeSignal()
        #expect(!wake.drain())
        wake.signal()
        wake.signal()
        #expect(wake.drain())
        #expect(!wake.drain())
    }

    @Test(arguments: [true, false])
    func `ends a waiting receive`(reading: Bool) throws {
        let wake = try WakeSignal()
        let server = try RawServer { peer in
            try peer.upgrade()
            // The ping says that the client is about to wait.
            _ = try peer.readFrame()
            wake.signal()
            return try peer.readFrames()
        }
        let connection = try WebSocketConnection.open(port: server.port, wake: wake)
        try connection.ping()
        #expect(try connection.receive(until: .testDeadline, reading: reading) { _ in } == .woken)
        #expect(try connection.receive(until: .now) { _ in } == .idle)
    }

    @Test func `is seen although bytes never stop coming`() throws {
        let wake = try WakeSignal()
        let server = try RawServer { peer in
            try peer.upgrade()
            do {
                while true { try peer.write(ServerFrame.bytes(2, Array(repeating: 0, count: 60_000))) }
            } catch RawPeer.Failure.systemCallFailed {
                // The client is gone.
            }
        }
        let connection = try WebSocketConnection.open(port: server.port, wake: wake)
        #expect(try connection.receive(until: .testDeadline) { _ in } == .received)
        wake.signal()
        #expect(try connection.receive(until: .testDeadline) { _ in } == .woken)
        #expect(try connection.receive(until: .testDeadline) { _ in } == .received)
    }

    @Test func `interrupts an open to a server that is silent after the request`() throws {
        let wake = try WakeSignal()
        let server = try RawServer { peer in
            _ = try peer.readRequest()
            wake.signal()
            return try peer.readFrames()
        }
        #expect(throws: WebSocketError.interrupted) {
            _ = try WebSocketConnection.open(port: server.port, wake: wake)
        }
        #expect(try server.output().isEmpty)
    }

    @Test func `interrupts an open to a server that is silent before TLS`() throws {
        let wake = try WakeSignal()
        let server = try RawServer { peer in
            wake.signal()
            while try peer.readFrame() != nil {}
        }
        let configuration = WebSocketConfiguration(
            url: try WebSocketURL("wss://127.0.0.1:\(server.port)"),
            userAgent: "tests",
            handshakeTimeout: .seconds(20)
        )
        #expect(throws: WebSocketError.interrupted) { _ = try WebSocketConnection.open(configuration, wake: wake) }
    }

    @Test func `interrupts an open while a refusal's body is awaited`() throws {
        let wake = try WakeSignal()
        let server = try RawServer { peer in
            _ = try peer.readRequest()
            try peer.write("HTTP/1.1 400 Bad Request\r\n\r\nnever-ending")
            wake.signal()
            return try peer.readFrames()
        }
        #expect(throws: WebSocketError.interrupted) {
            _ = try WebSocketConnection.open(port: server.port, wake: wake)
        }
    }

    @Test(arguments: ["ws", "wss"])
    func `gives up a server that stays silent, at the deadline of the handshake`(scheme: String) throws {
        let server = try RawServer { peer in
            while try peer.readFrame() != nil {}
        }
        let configuration = WebSocketConfiguration(
            url: try WebSocketURL("\(scheme)://127.0.0.1:\(server.port)"),
            userAgent: "tests",
            handshakeTimeout: .milliseconds(300)
        )
        let wake = try WakeSignal()
        #expect(throws: WebSocketError.handshakeTimedOut) {
            _ = try WebSocketConnection.open(configuration, wake: wake)
        }
    }

    @Test func `counts a trickle of headers towards the same deadline`() throws {
        let server = try RawServer { peer in
            _ = try peer.readRequest()
            var sent = 0
            do {
                try peer.write("HTTP/1.1 101 Switching Protocols\r\nX: ")
                while true {
                    try peer.write("a")
                    sent += 1
                    peer.pause(milliseconds: 5)
                }
            } catch RawPeer.Failure.systemCallFailed {
                return sent
            }
        }
        #expect(throws: WebSocketError.handshakeTimedOut) {
            _ = try WebSocketConnection.open(port: server.port, handshakeTimeout: .milliseconds(300))
        }
        #expect(try server.output() > 5)
    }
}
