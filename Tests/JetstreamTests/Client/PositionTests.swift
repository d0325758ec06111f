import Foundation
import Testing
import Texts

@testable import Jetstream

struct PositionTests {
    private static let source = StreamSource(host: "a.example", wire: .v2, connection: 1)
    private static let now: Int64 = 1_790_000_000_000_000

    private static func summary(_ events: [(time: Int64?, seq: Int64?)]) -> BatchSummary {
        var summary = BatchSummary(nowMicroseconds: now)
        for (time, seq) in events {
            let message = UnreadableMessage(reason: "", timeMicroseconds: time, seq: seq)
            summary.add(.unreadable(message), receivedAtMicroseconds: now)
        }
        return summary
    }

    private static func stored(_ host: String, seq: Int64?, time: Int64) -> StreamPosition {
        StreamPosition(
            host: host,
            wire: .v2,
            seq: seq,
            timeMicroseconds: time,
            isPlaceholder: false,
            coveredUntilMicroseconds: time + 1
        )
    }

    @Test func `invariant 7: believes no time past the present, nor a number that is a time`() throws {
        let summary = Self.summary([
            (Self.now - 5, 10), (Self.now + 3_600_000_000, 11), (nil, 12), (3, 13), (Self.now - 9, 1 << 60),
        ])
        let position = try #require(summary.position(from: Self.source, after: nil))
        #expect(position.timeMicroseconds == Self.now - 5)
        #expect(position.seq == 10)
        #expect(Self.summary([(nil, 12), (3, 13)]).position(from: Self.source, after: nil) == nil)
    }

    @Test func `invariant 7: does not lie after its event's arrival`() throws {
        let position = try #require(Self.summary([(Self.now + 59_000_000, 1)]).position(from: Self.source, after: nil))
        #expect(position.timeMicroseconds == Self.now)
    }

    @Test func `keeps what is known of the same host, and nothing of another one`() throws {
        let summary = Self.summary([(Self.now - 100, nil)])
        let same = Self.stored("a.example", seq: 7, time: Self.now - 50)
        let onSame = try #require(summary.position(from: Self.source, after: same))
        #expect(onSame == same)
        let other = Self.stored("b.example", seq: 7, time: Self.now - 50)
        let onOther = try #require(summary.position(from: Self.source, after: other))
        #expect(onOther.seq == nil)
        #expect(onOther.timeMicroseconds == Self.now - 100)
        #expect(onOther.coveredUntilMicroseconds == nil)
    }

    @Test func `is the same after it was stored`() throws {
        let positions = [
            Position(stored: Self.stored("a.example", seq: 7, time: 8)), Position(timeMicroseconds: 5), Position.now,
        ]
        let stored = try JSONEncoder().encode(positions)
        #expect(try JSONDecoder().decode([Position].self, from: stored) == positions)
    }

    @Test(
        arguments: [
            ("{\"host\":\"h\",\"wire\":\"v1\",\"timeMicroseconds\":5,\"seq\":-1}", nil),
            ("{\"host\":\"h\",\"wire\":\"v1\",\"timeMicroseconds\":5,\"seq\":1000000000000000}", nil),
            ("{\"host\":\"h\",\"wire\":\"v9\",\"timeMicroseconds\":5,\"seq\":8}", nil),
            ("{\"host\":\"h\",\"wire\":\"v2\",\"timeMicroseconds\":5,\"seq\":8,\"more\":true}", 8),
        ] as [(String, Int64?)]
    )
    func `takes no number that it cannot send`(text: String, seq: Int64?) throws {
        let position = try JSONDecoder().decode(Position.self, from: Data(text.utf8))
        #expect(position.seq == seq)
        #expect(position.timeMicroseconds == 5)
        #expect(position.host == "h")
    }

    @Test func `covers the time in which a live connection was quiet`() throws {
        let keeper = MemoryKeeper(Self.stored("a.example", seq: 1, time: Self.now - 60_000_000))
        let quiet = { (connection: Int, isLive: Bool) in
            StreamCoverage(
                source: StreamSource(host: "a.example", wire: .v2, connection: connection),
                untilMicroseconds: Self.now + 1_000_000,
                beganLive: isLive
            )
        }
        keeper.note(quiet(1, false))
        #expect(keeper.position()?.coveredUntilMicroseconds == Self.now - 60_000_000 + 1)
        // An event that took 2 s shows the server's clock.
        let summary = Self.summary([(Self.now - 2_000_000, 2)])
        keeper.advance(to: keeper.position(after: summary, from: Self.source), with: summary, from: Self.source)
        keeper.note(quiet(1, false))
        #expect(keeper.position()?.coveredUntilMicroseconds == Self.now - 1_000_000)
        keeper.note(quiet(2, false))
        #expect(keeper.position()?.coveredUntilMicroseconds == Self.now - 1_000_000)
        keeper.note(quiet(2, true))
        #expect(keeper.position()?.coveredUntilMicroseconds == Self.now + 1_000_000)
    }

    @Test func `tells a gap again when it has grown or been read again`() throws {
        let keeper = MemoryKeeper(nil)
        let gap = StreamGap(host: "h", wire: .v1, fromMicroseconds: 1, toMicroseconds: 2, cause: "blind")
        let number = keeper.record(gap)
        let noted = keeper.takeGaps(with: [.gap(gap)])
        #expect(noted.map(\.number) == [0, 1])
        #expect(noted.allSatisfy { $0.toMicroseconds == 2 && !$0.isHealed })
        #expect(keeper.takeGaps(with: []).isEmpty)
        keeper.extendGap(number, toMicroseconds: 9)
        #expect(keeper.takeGaps(with: []).map(\.toMicroseconds) == [9])
        let healed = keeper.takeGaps(with: [.healed(gap: number, how: "read again")])
        #expect(healed.map(\.number) == [0])
        #expect(healed.allSatisfy { $0.isHealed })
    }
}
