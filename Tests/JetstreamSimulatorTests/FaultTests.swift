import TestSupport
import Testing

@testable import JetstreamSimulator

struct FaultTests {
    @Test func `cuts a connection that does not answer pings, and no other`() async throws {
        try await withServer(
            configured(.lines([])) {
                $0.closesAtEnd = false
                $0.pingInterval = .milliseconds(50)
                $0.pongTimeout = .milliseconds(500)
            }
        ) { server in
            let silent = try await NIOTestClient.collect(server.url, answersPings: false)
            #expect(silent.pings > 0)
            #expect(silent.end == .endOfStream)
            #expect(server.statistics().pongTimeouts == 1)
        }
    }

    @Test func `goes on pinging a connection that answers`() async throws {
        try await withServer(
            configured(.lines([])) {
                $0.closesAtEnd = false
                $0.pingInterval = .milliseconds(10)
                $0.pongTimeout = .seconds(60)
            }
        ) { server in
            async let transcript = NIOTestClient.collect(server.url, count: 1)
            try await waitUntil("five pongs") { server.statistics().pongsReceived >= 5 }
            #expect(server.statistics().pongTimeouts == 0)
            server.append(["{}"])
            let pings = try await transcript.pings
            #expect(pings >= 5)
        }
    }

    @Test func `answers a client's ping and its close`() async throws {
        try await withServer(
            configured(.lines([])) {
                $0.closesAtEnd = false
            }
        ) { server in
            try await withTestDeadline("the close to be answered") {
                try await NIOTestClient.withSession(server.url) { session in
                    try await session.sendPing("are you there")
                    try await session.sendClose(code: 1_000)
                    let message = try await session.next()
                    #expect(message == nil)
                    #expect(session.pongs == ["are you there"])
                    #expect(session.transcript.end == .closed(code: 1_000, reason: ""))
                }
            }
        }
    }

    @Test(arguments: [1, 700, 999])
    func `drops each connection after so many events without a close frame`(events: Int) async throws {
        try await withServer(
            configured(.generated(events: 1_000)) {
                $0.dropAfterEvents = events
            }
        ) { server in
            for _ in 0..<2 {
                let transcript = try await NIOTestClient.collect(server.url + "?cursor=0")
                #expect(transcript.texts == Array(server.events().prefix(events)))
                #expect(transcript.end == .endOfStream)
            }
            #expect(server.statistics().drops == 2)
        }
    }

    @Test func `drops after events that passed the filter`() async throws {
        try await withServer(
            configured(.generated(events: 1_000)) {
                $0.dropAfterEvents = 50
            }
        ) { server in
            let transcript = try await NIOTestClient.collect(
                server.url + "?cursor=0&wantedCollections=app.bsky.feed.post"
            )
            #expect(transcript.messages.count == 50)
        }
    }

    @Test func `closes after so many events with the wanted code`() async throws {
        try await withServer(
            configured(.generated(events: 100)) {
                $0.closeAfter = SimulatorConfiguration.ScheduledClose(events: 30, code: 1_011)
            }
        ) { server in
            let transcript = try await NIOTestClient.collect(server.url + "?cursor=0")
            #expect(transcript.messages.count == 30)
            #expect(transcript.end == .closed(code: 1_011, reason: "close after 30 events"))
        }
    }

    @Test func `resets all connections at once`() async throws {
        try await withServer(
            configured(.lines(["{}"])) {
                $0.startsFromBeginning = true
                $0.closesAtEnd = false
            }
        ) { server in
            async let first = NIOTestClient.collect(server.url)
            async let second = NIOTestClient.collect(server.url)
            try await waitUntil("both are served") { server.statistics().eventsSent == 2 }
            await server.cutAllConnections()
            for end in try await [first.end, second.end] {
                #expect(end == .reset || end == .endOfStream)
            }
            #expect(server.statistics().drops == 2)
            #expect(server.statistics().connectionsOpen == 0)
        }
    }

    @Test func `closes with 1002 on a frame without a mask`() async throws {
        try await withServer(
            configured(.lines([])) {
                $0.closesAtEnd = false
            }
        ) { server in
            try await withTestDeadline("the protocol error") {
                try await NIOTestClient.withSession(server.url) { session in
                    try await session.sendUnmasked("hello")
                    let message = try await session.next()
                    #expect(message == nil)
                    #expect(
                        session.transcript.end == .closed(code: 1_002, reason: "the client sent a frame without a mask")
                    )
                }
            }
        }
    }

    @Test(arguments: InjectedMessage.Kind.allCases, [0, 40, 100])
    func `injects a bad message between two events for every cursor that is not later`(
        kind: InjectedMessage.Kind,
        index: Int
    ) async throws {
        try await withServer(
            configured(.generated(events: 100)) {
                $0.injections = [InjectedMessage(index: index, kind: kind)]
            }
        ) { server in
            let events = server.events()
            let all = try await NIOTestClient.collect(server.url + "?cursor=0")
            #expect(all.messages.count == 101)
            let bad = all.messages[index]
            switch kind {
            case .oversize: #expect(bad.bytes.count == 5 * 1_048_576)
            case .badUTF8: #expect(!bad.isUTF8)
            case .badFrame: #expect(bad.isReserved)
            case .garbage: #expect(bad.isUTF8 && !bad.text.hasPrefix("{"))
            case .brokenJSON: #expect(bad.text.hasPrefix("{") && !bad.text.hasSuffix("}"))
            case .missingFields: #expect(bad.text == "{\"kind\":\"commit\",\"commit\":{}}")
            case .wrongTypes: #expect(bad.text.contains("\"time_us\":\"soon\""))
            }
            var rest = all.texts
            rest.remove(at: index)
            #expect(rest == events)

            guard 0 < index, index < 100 else { return }
            let before = try #require(Self.time(events[index - 1]))
            let after = try #require(Self.time(events[index]))
            #expect(after - before >= 3)
            let neighbours = try await NIOTestClient.collect(
                server.url + "?cursor=\(before + 1)&wantedDids=did:plc:none"
            )
            #expect(neighbours.messages.map(\.bytes) == [bad.bytes])
            let later = try await NIOTestClient.collect(server.url + "?cursor=\(after)")
            #expect(later.texts == Array(events[index...]))
        }
    }

    private static func time(_ text: String) -> Int64? {
        Array(text.utf8).withUnsafeBufferPointer { EventScanner.scan($0)?.timeMicroseconds }
    }
}
