import TestSupport
import Testing

@testable import JetstreamSimulator

struct ConnectionModeTests {
    /// Six commits, each followed by an identity event.
    private static let lines = (0..<12).map { index in
        let time = 1_780_000_000_000_000 + index
        return index.isMultiple(of: 2)
            ? """
            {"did":"did:plc:abc","time_us":\(time),"kind":"commit","commit":{"collection":"app.bsky.feed.post"}}
            """ : "{\"did\":\"did:plc:abc\",\"time_us\":\(time),\"kind\":\"identity\",\"identity\":{}}"
    }
    private static let markers = lines.enumerated().filter { $0.offset % 2 == 1 }.map(\.element)

    private static func open(_ change: (inout SimulatorConfiguration) -> Void = { _ in }) -> SimulatorConfiguration {
        configured(.lines([])) {
            $0.closesAtEnd = false
            change(&$0)
        }
    }

    @Test func `withholds commits from a blind connection, for good, and says which`() async throws {
        try await withServer(Self.open()) { server in
            try await withTestDeadline("what a blind connection gets") {
                try await NIOTestClient.withSession(server.url) { session in
                    try await waitUntil("it is let in") { server.statistics().connectionsOpen == 1 }
                    await server.setBlind(true)
                    server.append(Self.lines)
                    for marker in Self.markers {
                        let message = try await session.next()
                        #expect(message?.text == marker)
                    }
                    await server.setBlind(false)
                    server.append([Self.lines[0]])
                    let message = try await session.next()
                    #expect(message?.text == Self.lines[0])
                    try await session.sendClose(code: 1_000)
                    _ = try await session.next()
                }
            }
            try await waitUntil("it is gone") { server.statistics().connectionsOpen == 0 }
            let spans = server.ledger().filter { [.sent, .withheld].contains($0.what) }
            #expect(spans.map(\.what) == [.sent, .withheld, .sent])
            #expect(spans.map(\.events) == [6, 6, 1])
            #expect(spans.map(\.firstSeq) == [2, 1, 13])
            #expect(spans.map(\.lastSeq) == [12, 11, 13])
            #expect(spans.map(\.firstTimeMicroseconds)[1] == 1_780_000_000_000_000)
            #expect(spans.map(\.lastTimeMicroseconds)[1] == 1_780_000_000_000_010)
        }
    }

    @Test func `is blind to those that come while it lasts`() async throws {
        try await withServer(configured(.lines(Self.lines)) { $0.modes = .blind() }) { server in
            let transcript = try await NIOTestClient.collect(server.url + "?cursor=0")
            #expect(transcript.texts == Self.markers)
        }
    }

    @Test func `is silent, answers pings, and goes on where it stopped`() async throws {
        try await withServer(Self.open { $0.modes = .silent() }) { server in
            async let held = NIOTestClient.collect(server.url, count: 12)
            try await waitUntil("it is let in") { server.statistics().connectionsOpen == 1 }
            server.append(Self.lines)
            try await withTestDeadline("the answers") {
                try await NIOTestClient.withSession(server.url + "?cursor=0") { session in
                    try await session.sendPing("still there?")
                    try await session.sendClose(code: 1_000)
                    let message = try await session.next()
                    #expect(message == nil)
                    #expect(session.pongs == ["still there?"])
                }
            }
            #expect(server.statistics().eventsSent == 0)
            await server.setSilent(false)
            let texts = try await held.texts
            #expect(texts == Self.lines)
        }
    }

    @Test func `answers nothing when half-open, and cuts nobody for a missing pong`() async throws {
        try await withServer(
            configured(.lines(Self.lines)) {
                $0.modes = .halfOpen()
                $0.pingInterval = .milliseconds(10)
                $0.pongTimeout = .milliseconds(20)
            }
        ) { server in
            try await withTestDeadline("the half-open connection") {
                try await NIOTestClient.withSession(server.url + "?cursor=0") { session in
                    try await session.sendPing("lost")
                    try await waitUntil("pings stay unanswered") { server.statistics().pongTimeouts > 1 }
                    #expect(server.statistics().eventsSent == 0)
                    #expect(server.statistics().connectionsOpen == 1)
                    await server.inject(.reset)
                    let message = try await session.next()
                    #expect(message == nil)
                    #expect(session.pongs.isEmpty)
                    #expect(session.transcript.pings == 0)
                    #expect(session.transcript.messages.isEmpty)
                }
            }
        }
    }

    @Test(arguments: Wire.allCases)
    func `trickles bytes without losing or mixing any`(wire: Wire) async throws {
        try await withServer(
            configured(.generated(events: 12)) {
                $0.modes = .slow(bytesPerSecond: 10_000)
                $0.pingInterval = .milliseconds(50)
                $0.pongTimeout = .seconds(60)
            }
        ) { server in
            let transcript = try await NIOTestClient.collect(server.url(of: wire) + "?cursor=0")
            #expect(transcript.messages.count == 12)
            #expect(transcript.end == .closed(code: 1_000, reason: "the stream ended"))
            if wire == .v1 {
                #expect(transcript.texts == server.events())
            }
        }
    }

    @Test func `catches up when a trickle ends`() async throws {
        try await withServer(
            configured(.generated(events: 300)) {
                $0.modes = .slow(bytesPerSecond: 100)
            }
        ) { server in
            async let transcript = NIOTestClient.collect(server.url + "?cursor=0")
            try await waitUntil("it trickles") { server.statistics().eventsSent > 0 }
            #expect(server.statistics().eventsSent < 10)
            await server.setSpeed(bytesPerSecond: nil)
            let texts = try await transcript.texts
            #expect(texts == server.events())
        }
    }

    @Test func `ends a mode that has a time, and one of the open connections with them`() async throws {
        try await withServer(configured(.lines(Self.lines)) { $0.closesAtEnd = false }) { server in
            await server.inject(.modes(.blind()), seconds: 0.001)
            try await waitUntil("it is over") { server.ledger().contains { $0.what == .faultEnded } }
            let first = try await NIOTestClient.collect(server.url + "?cursor=0", count: 12)
            #expect(first.texts == Self.lines)
            async let held = NIOTestClient.collect(server.url + "?cursor=0")
            try await waitUntil("the second is served") { server.statistics().eventsSent == 24 }
            await server.inject(.modes(.silent()))
            server.append(["{}"])
            let second = try await NIOTestClient.collect(server.url + "?cursor=0", count: 13)
            #expect(second.messages.count == 13)
            await server.cutNow()
            let messages = try await held.messages
            #expect(messages.count == 12)
        }
    }
}
