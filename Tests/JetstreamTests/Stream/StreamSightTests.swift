import Testing

@testable import Jetstream

struct StreamSightTests {
    private static let begin = ContinuousClock.now
    private static let beginMicroseconds: Int64 = 1_783_175_888_000_000

    private var sight = StreamSight()
    private var watch: BlindnessWatch
    private var seen = SeenCommits()
    private var passed: Duration = .zero

    init() {
        watch = BlindnessWatch(
            limits: ConnectionLimits(),
            seen: SeenCommits(),
            sight: StreamSight(),
            now: Self.begin
        )
    }

    /// Lets time pass in which commits come that happened a while ago, and looks.
    private mutating func pass(_ time: Duration, commits: Int, age: Duration = .zero) -> Duration? {
        passed += time
        let nowMicroseconds = Self.beginMicroseconds + passed.inWholeMicroseconds
        seen.add(
            SeenCommits(
                count: commits,
                newestMicroseconds: commits > 0 ? nowMicroseconds - age.inWholeMicroseconds : nil
            )
        )
        return watch.look(seen, &sight, now: Self.begin + passed, nowMicroseconds: nowMicroseconds)
    }

    @Test mutating func `knows no rate at first, and believes any silence`() {
        #expect(pass(.seconds(86_400), commits: 0) == nil)
        #expect(sight.commitsPerSecond == nil)
    }

    @Test mutating func `believes no silence in which many commits should have come`() throws {
        for _ in 0..<60 { #expect(pass(.seconds(5), commits: 50) == nil) }
        let rate = try #require(sight.commitsPerSecond)
        #expect(abs(rate - 10) < 0.5)
        #expect(pass(.seconds(59), commits: 0) == nil)
        #expect(pass(.seconds(2), commits: 0) == .seconds(61))
    }

    @Test mutating func `believes a silence in which few commits should have come`() {
        #expect(sight.believes(silence: .seconds(86_400)))
        for _ in 0..<60 { #expect(pass(.seconds(5), commits: 50) == nil) }
        #expect(sight.believes(silence: .seconds(4)))
        #expect(!sight.believes(silence: .seconds(6)))
    }

    @Test mutating func `gives a slow stream the time in which fifty commits should have come`() {
        for _ in 0..<120 { #expect(pass(.seconds(30), commits: 1) == nil) }
        #expect(pass(.seconds(50 * 29), commits: 0) == nil)
        #expect(pass(.seconds(50 * 2), commits: 0) != nil)
    }

    @Test mutating func `counts the quiet between commits, or a stream that trickles would seem fast`() throws {
        for _ in 0..<40 {
            for _ in 0..<11 { #expect(pass(.seconds(5), commits: 0) == nil) }
            #expect(pass(.seconds(5), commits: 5) == nil)
        }
        let rate = try #require(sight.commitsPerSecond)
        #expect(abs(rate - 5.0 / 60) < 0.01)
    }

    @Test mutating func `does not take the rate of a backlog for the usual one`() {
        for _ in 0..<10 { #expect(pass(.seconds(1), commits: 30_000, age: .seconds(3600)) == nil) }
        #expect(sight.commitsPerSecond == nil)
    }

    @Test mutating func `takes up the rate of the log, and waits twice as long after each blind connection`() {
        sight = StreamSight.rememberingHour(of: 3_600)
        let first = sight.longestSilence(atLeast: .seconds(60))
        #expect(first == .seconds(60))
        sight.noteBlind()
        #expect(sight.longestSilence(atLeast: .seconds(60)) == .seconds(120))
        sight.note(commits: 1, in: .seconds(1))
        #expect(sight.longestSilence(atLeast: .seconds(60)) == .seconds(60))
        #expect(StreamSight.rememberingHour(of: 99).commitsPerSecond == nil)
    }
}

extension StreamSight {
    /// What is known at a start after an hour with so many commits, up to the last moment of it.
    static func rememberingHour(of commits: Int) -> StreamSight {
        StreamSight(
            StreamMemory(commitsInLastHour: commits, newestMicroseconds: StartPlannerTests.position().timeMicroseconds),
            until: StartPlannerTests.position()
        )
    }
}
