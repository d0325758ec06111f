import TestSupport
import Testing

@testable import JetstreamSimulator

struct CursorAndFilterTests {
    private static let lines = (0..<10).map { index in
        let collection = index % 2 == 0 ? "app.bsky.feed.post" : "app.bsky.graph.follow"
        let did = "did:plc:\(index % 3)"
        let time = 1_780_000_000_000_000 + index / 2 * 10
        let padding = String(repeating: "x", count: index * 100)
        return """
            {"did":"\(did)","time_us":\(time),"cursor":\(index + 100),"kind":"commit","commit":{"collection":\
            "\(collection)","pad":"\(padding)"}}
            """
    }
    private static let markers = [
        "{\"did\":\"did:plc:0\",\"time_us\":1780000000000500,\"cursor\":110,\"kind\":\"identity\",\"identity\":{}}",
        "{\"did\":\"did:plc:1\",\"time_us\":1780000000000501,\"cursor\":111,\"kind\":\"account\",\"account\":{}}",
    ]

    @Test(arguments: [
        ("1780000000000000", 0), ("1780000000000010", 2), ("1780000000000011", 4), ("1780000000000501", 11),
        ("1780000000000502", 12), ("1900000000000000", 12), ("0", 0), ("1", 0), ("-7", 0), ("104", 4), ("111", 11),
        ("112", 12),
    ])
    func `starts at the first event not before the cursor`(cursor: String, first: Int) async throws {
        try await withServer(configured(.lines(Self.lines + Self.markers))) { server in
            let transcript = try await NIOTestClient.collect(server.url + "?cursor=\(cursor)")
            #expect(transcript.texts == Array((Self.lines + Self.markers)[first...]))
            #expect(server.statistics().cursors == [cursor])
        }
    }

    @Test func `takes small cursors as times where events have no sequence`() async throws {
        try await withServer(configured(.generated(events: 20))) { server in
            let transcript = try await NIOTestClient.collect(server.url + "?cursor=999999")
            #expect(transcript.messages.count == 20)
        }
    }

    @Test func `finds generated events by their sequence`() async throws {
        try await withServer(
            configured(.generated(events: 20)) {
                $0.hasSequences = true
            }
        ) { server in
            let cursor = SimulatorConfiguration.firstSequence + 15
            let transcript = try await NIOTestClient.collect(server.url + "?cursor=\(cursor)")
            #expect(transcript.texts == Array(server.events()[15...]))
        }
    }

    @Test(arguments: [(false, false, 0, 0), (true, false, 10, 0), (false, true, 0, 10)])
    func `starts at the tip or the beginning without a cursor and with a future one`(
        fromStart: Bool,
        replaysFuture: Bool,
        without: Int,
        future: Int
    ) async throws {
        try await withServer(
            configured(.lines(Self.lines)) {
                $0.startsFromBeginning = fromStart
                $0.replaysFutureCursors = replaysFuture
            }
        ) { server in
            let transcript = try await NIOTestClient.collect(server.url)
            #expect(transcript.messages.count == without)
            let later = try await NIOTestClient.collect(server.url + "?cursor=1900000000000000")
            #expect(later.messages.count == future)
            #expect(server.statistics().cursors == [nil, "1900000000000000"])
        }
    }

    @Test(arguments: [
        ("wantedCollections=app.bsky.feed.post", [0, 2, 4, 6, 8, 10, 11]),
        ("wantedCollections=app.bsky.graph.*", [1, 3, 5, 7, 9, 10, 11]),
        ("wantedCollections=app.bsky.*", [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]),
        ("wantedCollections=org.example.none", [10, 11]),
        ("wantedDids=did:plc:1", [1, 4, 7, 11]),
        ("wantedDids=did:plc:1&wantedDids=did:plc:0&wantedCollections=app.bsky.feed.post", [0, 4, 6, 10, 11]),
        ("wantedDids=did:plc:9", []),
        ("maxMessageSizeBytes=550", [0, 1, 2, 3, 4, 10, 11]),
        ("maxMessageSizeBytes=0", [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]),
    ])
    func `filters by collection, DID and size`(query: String, expected: [Int]) async throws {
        let all = Self.lines + Self.markers
        try await withServer(configured(.lines(all))) { server in
            let transcript = try await NIOTestClient.collect(server.url + "?cursor=0&" + query)
            #expect(transcript.texts == expected.map { all[$0] })
        }
    }

    @Test func `sends a filtered selection of a long stream`() async throws {
        try await withServer(configured(.generated(events: 3_000))) { server in
            let transcript = try await NIOTestClient.collect(
                server.url + "?cursor=0&wantedCollections=app.bsky.feed.post&wantedCollections=app.bsky.graph.*"
            )
            let expected = server.events().filter { text in
                !text.contains("\"kind\":\"commit\"") || text.contains("\"collection\":\"app.bsky.feed.post\"")
                    || text.contains("\"collection\":\"app.bsky.graph.")
            }
            #expect(transcript.texts == expected)
        }
    }
}
