import Foundation
import TestSupport
import Testing

@testable import JetstreamSimulator

struct SecondWireTests {
    /// Events of the first wire and what the second makes of them, byte for byte.
    private static let pairs = [
        (
            """
            {"did":"did:plc:wq4","time_us":1783175888085434,"cursor":24588338586,"kind":"commit","commit":{"rev":\
            "3mptbypluud2a","operation":"create","collection":"app.bsky.feed.like","rkey":"3mptbyplj5d2a","record":\
            {"$type":"app.bsky.feed.like","a":"\\u003c}\\"","n":1.50},"cid":"bafyreigu"}}
            """,
            """
            {"$type":"message","payload":{"$type":"network.bsky.jetstream.subscribeEvents#commit","cid":"bafyreigu",\
            "collection":"app.bsky.feed.like","did":"did:plc:wq4","operation":"create","record":{"$type":\
            "app.bsky.feed.like","a":"\\u003c}\\"","n":1.50},"rev":"3mptbypluud2a","rkey":"3mptbyplj5d2a","seq":\
            24588338586,"time":"2026-07-04T14:38:08.085434Z"}}
            """
        ),
        (
            """
            {"did":"did:plc:ux2","time_us":1783175888112407,"cursor":24588338597,"kind":"commit","commit":{"rev":\
            "3mptbyp63ih2m","operation":"delete","collection":"app.bsky.graph.follow","rkey":"3m3q3ut7jsm2m"}}
            """,
            """
            {"$type":"message","payload":{"$type":"network.bsky.jetstream.subscribeEvents#commit","collection":\
            "app.bsky.graph.follow","did":"did:plc:ux2","operation":"delete","rev":"3mptbyp63ih2m","rkey":\
            "3m3q3ut7jsm2m","seq":24588338597,"time":"2026-07-04T14:38:08.112407Z"}}
            """
        ),
        (
            """
            {"did":"did:plc:hqv","time_us":1783175888384849,"cursor":24588338736,"kind":"identity","identity":{"did":\
            "did:plc:hqv","seq":31527015470,"time":"2026-07-04T14:38:07.877Z"}}
            """,
            """
            {"$type":"message","payload":{"$type":"network.bsky.jetstream.subscribeEvents#identity","did":\
            "did:plc:hqv","identity":{"did":"did:plc:hqv","seq":31527015470,"time":"2026-07-04T14:38:07.877Z"},\
            "seq":24588338736,"time":"2026-07-04T14:38:08.384849Z"}}
            """
        ),
        (
            """
            {"did":"did:plc:hqv","time_us":1783175888390226,"cursor":24588338737,"kind":"account","account":{"active":\
            false,"did":"did:plc:hqv","seq":31527015471,"time":"2026-07-04T14:38:07.877Z","status":"deleted"}}
            """,
            """
            {"$type":"message","payload":{"$type":"network.bsky.jetstream.subscribeEvents#account","account":{"active":\
            false,"did":"did:plc:hqv","seq":31527015471,"status":"deleted","time":"2026-07-04T14:38:07.877Z"},"did":\
            "did:plc:hqv","seq":24588338737,"time":"2026-07-04T14:38:08.390226Z"}}
            """
        ),
        (
            """
            {"did":"did:plc:a","time_us":1783175888390300,"cursor":24588338740,"kind":"sync","sync":{"blocks":\
            {"$bytes":"AQI"},"did":"did:plc:a","rev":"rev1","seq":800,"time":"2026-05-25T00:00:00Z"}}
            """,
            """
            {"$type":"message","payload":{"$type":"network.bsky.jetstream.subscribeEvents#sync","did":"did:plc:a",\
            "seq":24588338740,"sync":{"blocks":{"$bytes":"AQI"},"did":"did:plc:a","rev":"rev1","seq":800,"time":\
            "2026-05-25T00:00:00Z"},"time":"2026-07-04T14:38:08.390300Z"}}
            """
        ),
    ]
    private static let first = pairs.map(\.0)
    private static let second = pairs.map(\.1)

    @Test func `says what the first wire says in the second's words, and sync besides`() async throws {
        try await withServer(configured(.lines(Self.first))) { server in
            let first = try await NIOTestClient.collect(server.url(of: .v1) + "?cursor=0")
            #expect(first.texts == Array(Self.first.dropLast()))
            let second = try await NIOTestClient.collect(server.url(of: .v2) + "?cursor=0")
            #expect(second.texts == Self.second)
            #expect(second.messages.allSatisfy { !$0.isBinary })
        }
    }

    @Test(arguments: [
        ("kinds=commit", [0, 1]), ("kinds=identity&kinds=sync", [2, 4]), ("kinds=account", [3]),
        ("collections=app.bsky.feed.like", [0, 2, 3, 4]), ("collections=app.bsky.*&kinds=commit", [0, 1]),
        ("collections=app.bsky.graph.*&kinds=commit", [1]), ("dids=did:plc:hqv", [2, 3]),
        ("dids=did:plc:hqv&dids=did:plc:a&kinds=sync", [4]), ("cursor=24588338597", [1, 2, 3, 4]),
        ("cursor=1783175888384850", [3, 4]), ("cursor=24588338741", []), ("unknown=1", [0, 1, 2, 3, 4]),
        ("maxMessageSizeBytes=0", [0, 1, 2, 3, 4]),
    ])
    func `selects by kind, collection, DID, size and cursor`(query: String, expected: [Int]) async throws {
        try await withServer(configured(.lines(Self.first)) { $0.startsFromBeginning = true }) { server in
            let transcript = try await NIOTestClient.collect(server.url(of: .v2) + "?" + query)
            #expect(transcript.texts == expected.map { Self.second[$0] })
        }
    }

    @Test func `leaves out frames that are larger than wanted, by the whole frame`() async throws {
        try await withServer(configured(.lines(Self.first))) { server in
            let sizes = Self.second.map(\.utf8.count)
            for limit in sizes.flatMap({ [$0 - 1, $0] }) {
                let transcript = try await NIOTestClient.collect(
                    server.url(of: .v2) + "?cursor=0&maxMessageSizeBytes=\(limit)"
                )
                #expect(transcript.texts == Self.second.filter { $0.utf8.count <= limit })
            }
        }
    }

    @Test func `numbers events from 1 where they have no cursor of their own`() async throws {
        try await withServer(configured(.generated(events: 30))) { server in
            let all = try await NIOTestClient.collect(server.url(of: .v2) + "?cursor=1")
            for (index, text) in all.texts.enumerated() {
                #expect(text.contains("\"seq\":\(index + 1),\"time\":"))
            }
            let rest = try await NIOTestClient.collect(server.url(of: .v2) + "?cursor=21")
            #expect(rest.texts == Array(all.texts[20...]))
        }
    }

    private static let recorded = ["v1", "v2"].map {
        Repository.path("../shared/data/jetstream-\($0)-server.jsonl")
    }

    @Test(.enabled(if: recorded.allSatisfy(FileManager.default.fileExists), "no recordings beside the project"))
    func `makes of a recording what the real server made of the same events`() async throws {
        try await withServer(configured(.file(path: Self.recorded[0]))) { server in
            let ours = try await NIOTestClient.collect(server.url(of: .v2) + "?cursor=0")
            let theirs = try String(contentsOfFile: Self.recorded[1], encoding: .utf8).split(separator: "\n")
            #expect(ours.texts.count == theirs.count)
            for (our, their) in zip(ours.texts, theirs) {
                #expect(our == String(their))
            }
        }
    }

    @Test(arguments: [
        "wantedCollections=app.bsky.feed.post", "wantedDids=did:plc:abc", "requireHello=true", "compress=true",
        "kinds=post", "kinds=commit&kinds=commit&kinds=commit&kinds=commit&kinds=sync", "dids=alice.example",
        "collections=app.*", "collections=app.bsky.fo*", "collections=app.bsky.feed.post&kinds=identity",
        "cursor=abc", "cursor=1&cursor=2", "maxMessageSizeBytes=-1", "maxMessageSizeBytes=1&maxMessageSizeBytes=2",
        "zstdDictionary=many",
    ])
    func `refuses what is none of its parameters as InvalidRequest`(query: String) async throws {
        try await withServer(configured(.lines([]))) { server in
            let refusal = await #expect(throws: WebSocketRefusal.self) {
                try await NIOTestClient.collect(server.url(of: .v2) + "?" + query)
            }
            #expect(refusal?.head.hasPrefix("HTTP/1.1 400 ") == true)
            #expect(refusal?.head.contains("application/json") == true)
            #expect(refusal?.body.hasPrefix("{\"error\":\"InvalidRequest\",\"message\":\"subscribe: ") == true)
        }
    }

    @Test(arguments: Wire.allCases)
    func `answers 404 on the wire that is turned off`(wire: Wire) async throws {
        try await withServer(configured(.lines([])) { $0.wires = [wire] }) { server in
            let other: Wire = wire == .v1 ? .v2 : .v1
            let refusal = await #expect(throws: WebSocketRefusal.self) {
                try await NIOTestClient.collect(server.url(of: other))
            }
            #expect(refusal?.head.hasPrefix("HTTP/1.1 404 ") == true)
            #expect(server.url == server.url(of: wire))
            let end = try await NIOTestClient.collect(server.url).end
            #expect(end == .closed(code: 1_000, reason: "the stream ended"))
        }
    }

    @Test func `closes with 1008 when the client sends data`() async throws {
        try await withServer(configured(.lines([])) { $0.closesAtEnd = false }) { server in
            try await withTestDeadline("the close") {
                try await NIOTestClient.withSession(server.url(of: .v2)) { session in
                    try await session.sendText("{}")
                    let message = try await session.next()
                    #expect(message == nil)
                    #expect(session.transcript.end == .closed(code: 1_008, reason: "unexpected data message"))
                }
            }
        }
    }

    @Test(arguments: [
        (Wire.v2, "other, xrpc.v1.json", true), (.v2, "XRPC.v1.json", false), (.v2, "", false),
        (.v1, "xrpc.v1.json", false),
    ])
    func `echoes its subprotocol where it is offered`(wire: Wire, offered: String, isEchoed: Bool) async throws {
        try await withServer(
            configured(.lines([])) { $0.faults = [ScheduledFault(.connection(1, afterEvents: 0), .cut)] }
        ) { server in
            let path = wire == .v1 ? SubscribeRequest.path : SubscribeRequest.secondPath
            let answer = try await NIORawClient.exchange(
                port: server.port,
                """
                GET \(path) HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
                Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\
                \(offered.isEmpty ? "" : "Sec-WebSocket-Protocol: \(offered)\r\n")\r\n
                """
            )
            #expect(answer.hasPrefix("HTTP/1.1 101 "))
            #expect(answer.lowercased().contains("sec-websocket-protocol: xrpc.v1.json\r\n") == isEchoed)
        }
    }

    @Test func `ends with an error frame and no close frame`() async throws {
        try await withServer(
            configured(.lines(Self.first)) {
                $0.faults = [ScheduledFault(.connection(nil, afterEvents: 2), .error(name: "ConsumerTooSlow"))]
            }
        ) { server in
            let transcript = try await NIOTestClient.collect(server.url(of: .v2) + "?cursor=0")
            #expect(Array(transcript.texts.prefix(2)) == Array(Self.second.prefix(2)))
            #expect(
                transcript.texts.last == """
                    {"$type":"error","error":"ConsumerTooSlow","message":"reading below the floor rate 3 events behind \
                    the tip; reconnect with cursor=24588338736"}
                    """
            )
            #expect(transcript.end == .endOfStream)
        }
    }
}
