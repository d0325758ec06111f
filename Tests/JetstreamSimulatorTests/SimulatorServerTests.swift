import Foundation
import TestSupport
import Testing

@testable import JetstreamSimulator

struct SimulatorServerTests {
    @Test func `sends a finite stream whole and closes with 1000 when told to`() async throws {
        try await withServer(configured(.generated(events: 3_000))) { server in
            let events = server.events()
            #expect(events.count == 3_000)
            let transcript = try await NIOTestClient.collect(server.url + "?cursor=0")
            #expect(transcript.texts == events)
            #expect(transcript.end == .closed(code: 1_000, reason: "the stream ended"))
            #expect(server.statistics().eventsSent == 3_000)
        }
    }

    @Test func `delivers everything at a rate too`() async throws {
        try await withServer(
            configured(.generated(events: 400)) {
                $0.eventsPerSecond = 2_000
            }
        ) { server in
            let transcript = try await NIOTestClient.collect(server.url + "?cursor=0&maxMessageSizeBytes=1000000")
            #expect(transcript.texts == server.events())
        }
    }

    @Test func `serves a file byte for byte`() async throws {
        let lines: [[UInt8]] = [
            Array("{\"did\":\"did:plc:a\",\"time_us\":1700000000000001, \"kind\":\"identity\"}".utf8), [],
            Array("no JSON at all".utf8), [0x7B, 0xFF, 0xFE, 0x7D], Array("{\"time_us\":1700000000000009}\r".utf8),
        ]
        let path = FileManager.default.temporaryDirectory.appending(path: "\(UUID()).jsonl").path
        try Data(lines.joined(separator: [0x0A])).write(to: URL(fileURLWithPath: path))
        defer { try? FileManager.default.removeItem(atPath: path) }
        try await withServer(configured(.file(path: path))) { server in
            let all = try await NIOTestClient.collect(server.url + "?cursor=1")
            #expect(all.messages.map(\.bytes) == lines.filter { !$0.isEmpty })
            let last = try await NIOTestClient.collect(server.url + "?cursor=1700000000000002")
            #expect(last.messages.map(\.bytes) == lines.suffix(1))
        }
    }

    @Test func `makes live events stamped with the wall clock and replays them from a cursor`() async throws {
        try await withServer(configured(.live) { $0.eventsPerSecond = 4_000 }) { server in
            let before = WallClock.microseconds()
            let live = try await NIOTestClient.collect(server.url, count: 500)
            let times = try live.texts.map(Self.time)
            #expect(times == times.sorted())
            // Live events are spread over the time since the last ones were made.
            #expect(try #require(times.first) > before - 10_000_000)
            #expect(try #require(times.last) <= WallClock.microseconds())
            let cursor = times[250]
            let replay = try await NIOTestClient.collect(server.url + "?cursor=\(cursor)", count: 200)
            let first = try #require(times.firstIndex(of: cursor))
            #expect(replay.texts == Array(live.texts[first..<first + 200]))
        }
    }

    @Test func `sends appended events to connections that are held open`() async throws {
        try await withServer(
            configured(.lines(["{\"time_us\":5}"])) {
                $0.closesAtEnd = false
            }
        ) { server in
            try await withTestDeadline("the appended event") {
                try await NIOTestClient.withSession(server.url + "?cursor=1") { session in
                    let first = try await session.next()
                    #expect(first?.text == "{\"time_us\":5}")
                    server.append(["{\"time_us\":6}"])
                    let second = try await session.next()
                    #expect(second?.text == "{\"time_us\":6}")
                }
            }
            #expect(server.events() == ["{\"time_us\":5}", "{\"time_us\":6}"])
        }
    }

    @Test func `closes with 1001 when it stops`() async throws {
        var configuration = SimulatorConfiguration()
        configuration.source = .lines(["{}"])
        configuration.startsFromBeginning = true
        let server = try await SimulatorServer.start(configuration)
        async let transcript = NIOTestClient.collect(server.url)
        try await waitUntil("an event was sent") { server.statistics().eventsSent == 1 }
        try await server.stop()
        let end = try await transcript.end
        #expect(end == .closed(code: 1_001, reason: "server shutting down"))
        #expect(server.statistics().connectionsOpen == 0)
    }

    @Test func `keeps what waits for a slow reader bounded, and loses nothing`() async throws {
        try await withServer(configured(.generated(events: 30_000))) { server in
            let events = server.events()
            #expect(events.reduce(0) { $0 + $1.utf8.count } > 14_000_000)
            try await withTestDeadline("the slow reader") {
                try await NIOTestClient.withSession(server.url + "?cursor=0", receiveBufferBytes: 16_384) { session in
                    _ = try await session.next()
                    try await waitUntil("the reader is too slow") { server.statistics().mostPendingBytes >= 1_048_576 }
                    #expect(server.statistics().eventsSent < 30_000)
                    while try await session.next() != nil {}
                    #expect(session.transcript.texts == events)
                }
            }
            // The high-water mark, and the chunk that crossed it with its last event.
            #expect(server.statistics().mostPendingBytes < 1_048_576 + 2 * LogChunk.targetBytes)
        }
    }

    @Test(arguments: [
        SimulatorConfiguration.Source.live, .generated(events: -1), .file(path: "/nowhere/at/all.jsonl"),
    ])
    func `says what is wrong with its configuration`(source: SimulatorConfiguration.Source) async throws {
        var configuration = SimulatorConfiguration()
        configuration.source = source
        configuration.eventsPerSecond = 0
        await #expect(throws: SimulatorError.self) { try await SimulatorServer.start(configuration) }
    }

    private static func time(_ text: String) throws -> Int64 {
        let object = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
        return try #require(object?["time_us"] as? Int64)
    }
}
