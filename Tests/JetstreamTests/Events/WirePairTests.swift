import Foundation
import TestSupport
import Testing
import Texts

import struct JetstreamSimulator.EventGenerator

@testable import Jetstream

/// The same events on both wires.
struct WirePairTests {
    private static let folder = URL(filePath: #filePath).appending(path: "../../../../../shared/data").standardized
    private static let names = ["jetstream-v1-server.jsonl", "jetstream-v2-server.jsonl"]

    private let decoder = EventDecoder()

    /// Whether both messages say the same: the event, and the record to the byte.
    private func areEqual(_ first: [UInt8], _ second: [UInt8]) -> Bool {
        let (one, other) = (decoder.decode(first), decoder.decode(second))
        guard var event = one.event, var otherEvent = other.event,
            one.recordText(in: first) == other.recordText(in: second)
        else { return false }
        event.withoutRecordRange()
        otherEvent.withoutRecordRange()
        return event == otherEvent
    }

    @Test(
        .enabled("recorded streams of both wires are beside the package") {
            names.allSatisfy { FileManager.default.isReadableFile(atPath: folder.appending(path: $0).path) }
        }
    )
    func `events that a server sent on both wires are equal`() throws {
        let streams = try Self.names.map { name in
            try Data(contentsOf: Self.folder.appending(path: name)).split(separator: UInt8(ascii: "\n")).map(Array.init)
        }
        let equal = zip(streams[0], streams[1]).count { areEqual($0, $1) }
        #expect(streams[0].count == 3_000)
        #expect(streams[1].count == 3_000)
        #expect(equal >= 2_900)
        // As it turned out; what falls short of this should be looked into.
        #expect(equal == 3_000)
    }

    @Test func `generated events are equal on both wires`() {
        var generator = EventGenerator(
            seed: 12,
            startTimeMicroseconds: SampleMessage.timeMicroseconds,
            firstSequence: 1
        )
        for _ in 1...3_000 {
            let first = generator.next().json
            let second = V2Text.message(ofV1: first)
            #expect(second.hasPrefix(#"{"$type":"message""#))
            #expect(areEqual(Array(first.utf8), Array(second.utf8)), "\(first)\n\(second)")
        }
    }

    @Test func `odd events are equal on both wires`() {
        var random = SeededGenerator(seed: 13)
        for _ in 0..<1_000 {
            let first = SampleMessage.random(using: &random)
            let second = V2Text.message(ofV1: String(decoding: first, as: UTF8.self))
            #expect(areEqual(first, Array(second.utf8)), "\(second)")
        }
    }
}

extension JetstreamEvent {
    /// Leaves out where the record stands, which the wires do not share.
    fileprivate mutating func withoutRecordRange() {
        guard case .commit(var commit) = body, case .object = commit.record else { return }
        commit.record = .object(0..<0)
        body = .commit(commit)
    }
}
