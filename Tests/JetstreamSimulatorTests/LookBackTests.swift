import TestSupport
import Testing

@testable import JetstreamSimulator

struct LookBackTests {
    /// Ten events a second apart, numbered from 100.
    private static let lines = (0..<10).map {
        """
        {"did":"did:plc:a","time_us":\(1_780_000_000_000_000 + $0 * 1_000_000),"cursor":\($0 + 100),"kind":"identity",\
        "identity":{}}
        """
    }

    private static func server(_ lookBack: LookBack?) -> SimulatorConfiguration {
        configured(.lines(lines)) { $0.lookBack = lookBack }
    }

    @Test(arguments: [
        (LookBack.events(3), "100", 7), (.events(3), "1780000000000000", 7), (.events(3), "108", 8),
        (.seconds(4), "1780000000000000", 5), (.seconds(4), "1780000007000000", 7), (.events(0), "100", 10),
    ])
    func `moves an old cursor of the first wire to the oldest event, silently`(
        lookBack: LookBack,
        cursor: String,
        first: Int
    ) async throws {
        try await withServer(Self.server(lookBack)) { server in
            let transcript = try await NIOTestClient.collect(server.url(of: .v1) + "?cursor=\(cursor)")
            #expect(transcript.texts == Array(Self.lines[first...]))
        }
    }

    @Test func `refuses an old sequence of the second wire`() async throws {
        try await withServer(Self.server(.events(3))) { server in
            let refusal = await #expect(throws: WebSocketRefusal.self) {
                try await NIOTestClient.collect(server.url(of: .v2) + "?cursor=106")
            }
            #expect(refusal?.head.hasPrefix("HTTP/1.1 400 ") == true)
            #expect(
                refusal?.body == """
                    {"error":"CursorTooOld","message":"subscribe: cursor too old: cursor 106 below lookback floor 107; \
                    re-backfill from your last seq"}
                    """
            )
            let transcript = try await NIOTestClient.collect(server.url(of: .v2) + "?cursor=107")
            #expect(transcript.messages.count == 3)
        }
    }

    @Test func `moves an old time of the second wire, and says so first`() async throws {
        try await withServer(Self.server(.seconds(2))) { server in
            let clamped = try await NIOTestClient.collect(server.url(of: .v2) + "?cursor=1780000006999999")
            #expect(clamped.messages.count == 4)
            let info = try #require(clamped.texts.first)
            #expect(
                info.hasPrefix(
                    """
                    {"$type":"message","payload":{"$type":"network.bsky.jetstream.subscribeEvents#info","message":"
                    """
                )
            )
            #expect(info.hasSuffix("\",\"name\":\"OutdatedCursor\"}}"))
            let exact = try await NIOTestClient.collect(server.url(of: .v2) + "?cursor=1780000007000000")
            #expect(exact.messages.count == 3)
            #expect(server.ledger().filter { $0.what == .connected }.map(\.detail) == ["clamped", nil])
        }
    }

    @Test(arguments: Wire.allCases)
    func `lets old cursors reach the beginning where nothing was forgotten`(wire: Wire) async throws {
        try await withServer(Self.server(nil)) { server in
            let transcript = try await NIOTestClient.collect(server.url(of: wire) + "?cursor=1")
            #expect(transcript.messages.count == 10)
        }
    }

    @Test func `begins to number anew after a reset of the instance`() async throws {
        try await withServer(
            configured(.generated(events: 40)) {
                $0.hasSequences = true
                $0.closesAtEnd = false
            }
        ) { server in
            let before = server.events()
            async let held = NIOTestClient.collect(server.url(of: .v2) + "?cursor=0")
            try await waitUntil("the first stream is read") { server.statistics().eventsSent == 40 }
            await server.inject(.instanceReset)
            let end = try await held.end
            #expect(end == .reset || end == .endOfStream)
            #expect(server.events().isEmpty)

            server.generate(events: 5)
            #expect(server.events().count == 5)
            #expect(Set(server.events()).isDisjoint(with: before))
            let first = try await NIOTestClient.collect(server.url(of: .v2) + "?cursor=0", count: 5)
            #expect(first.texts.indices.allSatisfy { first.texts[$0].contains("\"seq\":\($0 + 1),\"time\":") })
            let again = try await NIOTestClient.collect(server.url(of: .v1) + "?cursor=3", count: 3)
            #expect(again.texts == Array(server.events()[2...]))
            #expect(server.statistics().faults == ["instance-reset"])

            // What another instance numbered lies in the future: the stream goes on from its tip, without a word.
            async let future = NIOTestClient.collect(
                server.url(of: .v2) + "?cursor=\(SimulatorConfiguration.firstSequence)",
                count: 1
            )
            try await waitUntil("four were let in") { server.statistics().connectionsOpened == 4 }
            server.generate(events: 1)
            let texts = try await future.texts
            #expect(texts.count == 1 && texts[0].contains("\"seq\":6,"))
        }
    }
}
