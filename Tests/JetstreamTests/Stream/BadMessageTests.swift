import Synchronization
import TestSupport
import Testing

@testable import Jetstream

/// Messages in mid-stream that end every connection that comes to them.
struct BadMessageTests {
    /// Which connections came to which bad message, and where they had begun.
    private struct Hit: Sendable {
        var key: String
        var cursor: Int64
    }

    /// A good row of 24 events, a second apart, with a bad one 1, 2 and 3 µs after three of them.
    private static let events: [StreamEvent] = {
        var events = StreamEvent.row(24, spacing: 1_000_000)
        let tooLong = ServerFrame.bytes(1, [UInt8](repeating: 0x20, count: 5 * 1024 * 1024))
        let noUTF8 = ServerFrame.bytes(1, Array(#"{"text":""#.utf8) + [0xC3, 0x28])
        let noFrame = ServerFrame.bytes(3, Array("a reserved opcode".utf8))
        let bad = [(4, "too long", tooLong), (11, "no UTF-8", noUTF8), (18, "no frame", noFrame)]
        for (number, (index, key, bytes)) in bad.enumerated().reversed() {
            let time = events[index].timeMicroseconds + Int64(number) + 1
            events.insert(StreamEvent(key: key, timeMicroseconds: time, badBytes: bytes), at: index + 1)
        }
        return events
    }()

    @Test func `invariant 8: gets past messages that cannot be read, and loses no other event`() async throws {
        let hits = Mutex<[Hit]>([])
        let server = try RawServer { peer in
            let cursor = try peer.acceptStream().cursor ?? 0
            for event in Self.events where event.timeMicroseconds >= cursor {
                if event.badBytes != nil { hits.withLock { $0.append(Hit(key: event.key, cursor: cursor)) } }
                // The client may have gone before it is all sent.
                do { try peer.write(event.bytes) } catch { return }
                guard event.badBytes != nil else { continue }
                _ = try peer.hold()
                return
            }
            _ = try peer.hold()
        }
        let position = StreamPosition(
            host: "127.0.0.1:\(server.port)",
            wire: .v1,
            seq: nil,
            timeMicroseconds: StreamEvent.start,
            isPlaceholder: false,
            coveredUntilMicroseconds: nil
        )
        let store = MemoryStore(position: position)
        let rig = try ReaderRig(hosts: ["ws://127.0.0.1:\(server.port)/subscribe"], store: store)
        try await rig.run {
            try await rig.waitForEvents(24)
        }
        #expect(store.contents.keys == (0..<24).map { "k\($0)" })
        expectGaps(store.contents.gaps, hits.withLock(\.self))
    }

    private func expectGaps(_ gaps: [StreamGap], _ hits: [Hit]) {
        let bad = Self.events.filter { $0.badBytes != nil }
        #expect(gaps.count == bad.count)
        let causes = ["more than is accepted", "not UTF-8", "broke the WebSocket protocol"]
        for ((event, cause), gap) in zip(zip(bad, causes), gaps) {
            let before = Self.events.last { $0.timeMicroseconds < event.timeMicroseconds }
            #expect(gap.fromMicroseconds == before?.timeMicroseconds)
            #expect(gap.toMicroseconds > event.timeMicroseconds)
            #expect(gap.toMicroseconds <= event.timeMicroseconds + 3)
            #expect(gap.cause.contains(cause))
            let starts = hits.filter { $0.key == event.key }.map(\.cursor)
            #expect(starts.count >= 3)
            #expect(starts.prefix(3).allSatisfy { $0 <= gap.fromMicroseconds })
            #expect(starts.dropFirst(3).allSatisfy { $0 > gap.fromMicroseconds })
        }
    }
}
