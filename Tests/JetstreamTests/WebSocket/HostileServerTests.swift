import TestSupport
import Testing

@testable import Jetstream

/// Behaviour of servers that stall, flood or break off.
@Suite struct HostileServerTests {
    @Test(
        arguments: [(nil, []), (1000, []), (1001, Array("bye".utf8)), (3000, []), (4999, [])] as [(UInt16?, [UInt8])]
    )
    func `echoes a close with the same code, and ignores data after it`(code: UInt16?, reason: [UInt8]) throws {
        let server = try RawServer { peer in
            try peer.upgrade()
            let close = code.map { ServerFrame.close($0, reason) } ?? ServerFrame.bytes(8)
            try peer.write(ServerFrame.text("before") + close + ServerFrame.text("late") + ServerFrame.bytes(15))
            return try peer.readFramesThroughClose()
        }
        let received = try WebSocketConnection.open(port: server.port).receiveToEnd()
        #expect(received.messages == ["before"])
        #expect(received.error == .closedByServer(code: code, reason: String(decoding: reason, as: UTF8.self)))
        #expect(received.error?.isCausedByServerData == false)
        let frames = try server.output()
        #expect(frames.map(\.opcode) == [8])
        #expect(frames.map(\.closeCode) == [code])
    }

    @Test func `does not lose frames that come with the end of the handshake`() throws {
        let server = try RawServer { peer in
            try peer.upgrade(trailing: ServerFrame.text("one") + ServerFrame.bytes(9, [7]) + [0x81, 0x03, 0x74])
            let pong = try peer.readFrame()
            try peer.write("wo")
            return pong
        }
        let connection = try WebSocketConnection.open(port: server.port)
        #expect(try connection.receive(until: .now, reading: false) { _ in } == .idle)
        #expect(try connection.receiveMessages() == ["one"])
        #expect(try server.output() == ClientFrame(opcode: 10, payload: [7]))
        #expect(connection.receiveToEnd().messages == ["two"])
    }

    @Test(arguments: [false, true])
    func `reports a connection that breaks inside a frame`(resets: Bool) throws {
        let mayBreak = Gate()
        let server = try RawServer { peer in
            try peer.upgrade()
            try peer.write(ServerFrame.text("whole") + ServerFrame.bytes(2, [1, 2, 3], announcedBytes: 1000))
            mayBreak.wait()
            if resets { peer.reset() }
        }
        let connection = try WebSocketConnection.open(port: server.port)
        #expect(try connection.receiveMessages() == ["whole"])
        mayBreak.open()
        let received = connection.receiveToEnd()
        #expect(received.messages == [])
        guard case .connectionLost = received.error else {
            Issue.record("\(String(describing: received.error))")
            return
        }
    }

    @Test func `answers only some pings of a flood, the newest among them, while the server does not read`() throws {
        let pingCount = 100_000
        let server = try RawServer(receiveBufferBytes: 8192) { peer in
            try peer.upgrade()
            for start in stride(from: 0, to: pingCount, by: 1000) {
                let pings = (start..<(start + 1000)).map { ServerFrame.bytes(9, Array("\($0)".utf8)) }
                try peer.write(Array(pings.joined()))
            }
            try peer.write(ServerFrame.text("end"))
            var answers: [String] = []
            while answers.last != "\(pingCount - 1)", let frame = try peer.readFrame() {
                answers.append(String(decoding: frame.payload, as: UTF8.self))
            }
            return answers
        }
        let connection = try WebSocketConnection.open(port: server.port)
        #expect(try connection.receiveMessages() == ["end"])
        // The last pong may wait until the server reads.
        _ = connection.receiveToEnd()
        let answers = try server.output()
        #expect(answers.last == "\(pingCount - 1)")
        #expect(answers.compactMap(Int.init) == answers.compactMap(Int.init).sorted())
        #expect(answers.count < pingCount / 4)
    }

    @Test func `leaves the socket unread when told to, and loses nothing`() throws {
        let server = try RawServer { peer in
            try peer.upgrade()
            try peer.write(Array(repeatElement(ServerFrame.text("x"), count: 1000).joined()))
        }
        let connection = try WebSocketConnection.open(port: server.port)
        try server.output()
        // The server has ended the connection by now, which must not end the wait either.
        let deadline = ContinuousClock.now.advanced(by: .milliseconds(50))
        let progress = try connection.receive(until: deadline, reading: false) { _ in Issue.record("it read") }
        #expect(progress == .idle)
        #expect(connection.receiveToEnd().messages.count == 1000)
    }

    @Test func `leaves the rest of a chunk when no more is wanted, and loses nothing`() throws {
        let server = try RawServer { peer in
            try peer.upgrade()
            try peer.write(Array((0..<1000).map { ServerFrame.text("\($0)") }.joined()))
        }
        let connection = try WebSocketConnection.open(port: server.port)
        try server.output()
        var messages: [String] = []
        for round in 1...3 {
            var taken = 0
            while taken < 3 {
                let progress = try connection.receive(
                    until: .testDeadline,
                    while: { taken < 3 },
                    onMessage: { message in
                        taken += 1
                        messages.append(String(decoding: message.bytes, as: UTF8.self))
                    }
                )
                #expect(progress == .received)
            }
            #expect(messages.count == 3 * round)
            #expect(!connection.isCaughtUp)
        }
        messages += connection.receiveToEnd().messages
        #expect(messages == (0..<1000).map(String.init))
    }

    @Test func `gives up a close that is never echoed, whatever the server sends`() throws {
        let server = try RawServer { peer in
            try peer.upgrade()
            var code: UInt16?
            do {
                while true {
                    try peer.write(ServerFrame.bytes(2, Array(repeating: 0, count: 60_000)))
                }
            } catch {
                code = try peer.readFrame()?.closeCode
            }
            return code
        }
        let connection = try WebSocketConnection.open(port: server.port)
        connection.close(code: 1001, reason: "stopping", timeout: .milliseconds(200))
        #expect(try server.output() == 1001)
    }

    @Test func `refuses more output when the server does not read`() throws {
        let mayEnd = Gate()
        let server = try RawServer(receiveBufferBytes: 8192) { peer in
            try peer.upgrade()
            mayEnd.wait()
        }
        let connection = try WebSocketConnection.open(port: server.port)
        let text = String(repeating: "a", count: 100_000)
        let error = #expect(throws: WebSocketError.self) {
            for _ in 0..<100 { try connection.send(text: text) }
        }
        guard case .outputFull(let pendingBytes) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(pendingBytes <= OutputQueue.maximumBytes)
        #expect(try connection.receive(until: .now) { _ in } == .idle)
        try connection.ping()
        mayEnd.open()
    }
}
