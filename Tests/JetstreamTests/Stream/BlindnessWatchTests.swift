import Testing

@testable import Jetstream

/// When a silence is one of the host and not of the stream.
struct BlindnessWatchTests {
    private static let now: Int64 = 1_783_175_888_000_000
    private static let start = ContinuousClock.now

    /// A rate of one commit a second: 50 s without one are too long, but less than the shortest silence.
    private static func sight() -> StreamSight { StreamSight.rememberingHour(of: 3_600) }

    private static func watch(_ sight: StreamSight, at seconds: Int) -> BlindnessWatch {
        BlindnessWatch(limits: ConnectionLimits(), seen: SeenCommits(), sight: sight, now: start + .seconds(seconds))
    }

    private static func look(
        _ watch: inout BlindnessWatch,
        _ sight: inout StreamSight,
        commits: Int = 0,
        at seconds: Int
    ) -> Duration? {
        watch.look(
            SeenCommits(count: commits, newestMicroseconds: now),
            &sight,
            now: start + .seconds(seconds),
            nowMicroseconds: now
        )
    }

    @Test func `a silence in which many commits should have come is blindness`() {
        var sight = Self.sight()
        var watch = Self.watch(sight, at: 0)
        #expect(Self.look(&watch, &sight, at: 60) == nil)
        #expect(Self.look(&watch, &sight, at: 61) == .seconds(61))
    }

    @Test func `what is rare may be silent for as long as it takes`() {
        var sight = StreamSight.rememberingHour(of: 100)
        var watch = Self.watch(sight, at: 0)
        #expect(Self.look(&watch, &sight, at: 1_800) == nil)
        #expect(Self.look(&watch, &sight, at: 1_801) != nil)
        var unknown = StreamSight.rememberingHour(of: 99)
        var other = Self.watch(unknown, at: 0)
        #expect(Self.look(&other, &unknown, at: 100_000) == nil)
    }

    @Test func `a commit ends the silence`() {
        var sight = Self.sight()
        var watch = Self.watch(sight, at: 0)
        #expect(Self.look(&watch, &sight, commits: 1, at: 59) == nil)
        #expect(Self.look(&watch, &sight, commits: 1, at: 119) == nil)
        #expect(Self.look(&watch, &sight, commits: 1, at: 121) != nil)
    }

    @Test func `the silences of connections that are cut add up, without the time between them`() {
        var sight = Self.sight()
        var first = Self.watch(sight, at: 0)
        #expect(Self.look(&first, &sight, at: 40) == nil)
        first.end(SeenCommits(), &sight, now: Self.start + .seconds(40))
        var second = Self.watch(sight, at: 500)
        #expect(Self.look(&second, &sight, at: 520) == nil)
        #expect(Self.look(&second, &sight, at: 521) == .seconds(61))
        sight.noteBlind()
        var third = Self.watch(sight, at: 600)
        #expect(Self.look(&third, &sight, at: 661) == nil, "another host begins anew, and has twice the time")
        #expect(Self.look(&third, &sight, at: 721) != nil)
    }

    @Test func `a connection that ends with commits leaves no silence behind`() {
        var sight = Self.sight()
        let first = Self.watch(sight, at: 0)
        first.end(SeenCommits(count: 1, newestMicroseconds: Self.now), &sight, now: Self.start + .seconds(59))
        var second = Self.watch(sight, at: 59)
        #expect(Self.look(&second, &sight, at: 119) == nil)
    }
}
