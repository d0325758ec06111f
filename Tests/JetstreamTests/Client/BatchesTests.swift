import Foundation
import TestSupport
import Testing

import enum JetstreamSimulator.Wire

@testable import Jetstream

struct BatchesTests {
    @Test(arguments: [(Wire.v1, false), (.v2, false), (.v2, true)])
    func `brings all events of a stream once, in order, with the position`(
        wire: Wire,
        isCompressed: Bool
    ) async throws {
        try await withSimulator(simulated(.generated(events: 4_000)) { $0.accountEvery = 100 }) { server in
            var configuration = JetstreamClient.Configuration(server.url(of: wire))
            configuration.isCompressionWanted = isCompressed
            let batches = try await JetstreamClient(configuration).collect(server.keys.count)
            let events = batches.flatMap(\.events)
            #expect(events.map(\.key) == server.keys)
            #expect(batches.allSatisfy { $0.gaps.isEmpty && $0.host == "127.0.0.1:\(server.port)" })
            let last = try #require(batches.last).position
            #expect(last.timeMicroseconds == events.map(\.timeMicroseconds).max())
            #expect(last.seq == (wire == .v2 ? events.last?.seq : nil))
            #expect(last.host == "127.0.0.1:\(server.port)")
            #expect(server.statistics().dictionaryRequests == (isCompressed ? 1 : 0))
            #expect(server.statistics().connectionsOpened == 1)
        }
    }

    @Test(arguments: [Wire.v1, .v2])
    func `goes on from a position that was stored, in another run`(wire: Wire) async throws {
        try await withSimulator(simulated(.generated(events: 4_000)) { $0.hasSequences = true }) { server in
            let url = server.url(of: wire)
            let first = try await JetstreamClient(JetstreamClient.Configuration(url)).collect(1)
            let stored = try JSONEncoder().encode(try #require(first.last).position)
            let position = try JSONDecoder().decode(Position.self, from: stored)
            let before = first.flatMap(\.events).map(\.key)
            #expect(before.count < 4_000)
            let rest = try await JetstreamClient(JetstreamClient.Configuration(url, from: position))
                .collect(4_000 - before.count + 1)
            // The event of the position comes again, as the wire has it.
            #expect(rest.first?.events.first?.key == before.last)
            #expect((before + rest.flatMap(\.events).map(\.key)).unique == server.keys)
        }
    }

    @Test func `goes on after a cut with what was not processed`() async throws {
        try await withSimulator(
            simulated(.generated(events: 4_000)) {
                $0.hasSequences = true
                $0.dropAfterEvents = 1_500
            }
        ) { server in
            let batches = try await JetstreamClient(JetstreamClient.Configuration(server.url)).collect(4_000)
            let keys = batches.flatMap(\.events).map(\.key)
            #expect(keys.unique == server.keys)
            #expect(server.statistics().drops >= 2)
            // Of what was processed at most one event a connection comes again: that of the position.
            #expect(keys.count - 4_000 < server.statistics().connectionsOpened)
        }
    }

    @Test func `tells what hosts no longer had as a gap, with the events behind it`() async throws {
        let now = WallClock.system.now()
        let start = now - 3_600_000_000
        try await withSimulator(simulated(.generated(events: 10)) { $0.startTimeMicroseconds = start }) { server in
            let asked = Position(timeMicroseconds: now - 3 * 86_400_000_000)
            let configuration = JetstreamClient.Configuration(server.url, from: asked)
            let batches = try await JetstreamClient(configuration).collect(10)
            let gap = try #require(batches.first?.gaps.first)
            #expect(gap.fromMicroseconds == asked.timeMicroseconds)
            #expect(gap.toMicroseconds == batches.first?.events.first?.timeMicroseconds)
            #expect(gap.cause.contains("clamped"))
            #expect(!gap.isHealed)
            #expect(batches.flatMap(\.gaps).count == 1)
        }
    }

    @Test func `brings what cannot be read as an event, among its neighbours`() async throws {
        let lines = ["no JSON", "{\"did\":\"did:plc:a\",\"time_us\":\(streamStart + 7),\"kind\":\"new\"}"]
        let good = { (name: String, offset: Int64) in
            StreamEvent(key: name, timeMicroseconds: streamStart + offset).message
        }
        try await withSimulator(
            simulated(.lines([good("k0", 1), lines[0], lines[1], good("k1", 8)])) { $0.startsFromBeginning = true }
        ) { server in
            let events = try await JetstreamClient(JetstreamClient.Configuration(server.url)).collect(4)
                .flatMap(\.events)
            #expect(events.count == 4)
            let unreadable = events.compactMap { event -> Event.Unreadable? in
                if case .unreadable(let message) = event.kind { message } else { nil }
            }
            #expect(unreadable.map { String(decoding: $0.bytes, as: UTF8.self) } == lines)
            #expect(unreadable.first?.reason.hasPrefix("Not JSON") == true)
            #expect(unreadable.last?.reason == "Unknown kind: new")
            #expect(events[2].did == "did:plc:a")
            #expect(events[2].timeMicroseconds == streamStart + 7)
        }
    }
}
