import Testing

@testable import Jetstream

struct StartPlannerTests {
    static let now: Int64 = 1_783_175_888_000_000
    static let second: Int64 = 1_000_000

    static func position(
        _ timeMicroseconds: Int64 = now - 100 * second,
        seq: Int64? = nil,
        isPlaceholder: Bool = false,
        coveredUntil: Int64? = nil
    ) -> StreamPosition {
        StreamPosition(
            host: "one",
            wire: .v1,
            seq: seq,
            timeMicroseconds: timeMicroseconds,
            isPlaceholder: isPlaceholder,
            coveredUntilMicroseconds: coveredUntil
        )
    }

    private func start(_ planner: StartPlanner = StartPlanner(), from position: StreamPosition, on host: String = "one")
        -> StartPlanner.Start
    {
        planner.start(from: position, on: host, nowMicroseconds: Self.now)
    }

    @Test(arguments: ["one", "two"])
    func `invariant 7: sends the placeholder of the first start as it is`(host: String) {
        let start = start(from: Self.position(Self.now - Self.second, isPlaceholder: true), on: host)
        #expect(start.cursor == Self.now - Self.second)
        #expect(start.isLive)
        #expect(start.gap == nil)
    }

    @Test func `invariant 7: a placeholder after which time was covered is rewound, but not behind itself`() {
        let first = Self.now - 60 * Self.second
        let later = Self.position(first, isPlaceholder: true, coveredUntil: Self.now - 20 * Self.second)
        #expect(start(from: later).cursor == first)
        let hour = 3_600 * Self.second
        let much = Self.position(Self.now - hour, isPlaceholder: true, coveredUntil: Self.now)
        #expect(start(from: much).cursor == Self.now - hour / 2 - 5 * Self.second)
    }

    @Test func `invariant 7: what was covered by a clock that ran ahead is not believed`() {
        let limit = StreamPosition.futureLimitMicroseconds
        let hour = 3_600 * Self.second
        let ahead = Self.position(Self.now - hour, coveredUntil: Self.now + limit + 1)
        #expect(start(from: ahead) == start(from: Self.position(Self.now - hour)))
        let near = Self.position(Self.now - hour, coveredUntil: Self.now + limit)
        #expect(start(from: near).coveredMicroseconds == Self.now)
    }

    @Test func `invariant 7: sends a sequence number to the host that was stored from last, and to no other`() {
        let position = Self.position(seq: 77)
        #expect(start(from: position).cursor == 77)
        #expect(start(from: position, on: "two").cursor == Self.now - 110 * Self.second)
    }

    @Test func `invariant 7: goes back 5 s by time on the same host, 10 s on another`() {
        #expect(start(from: Self.position()).cursor == Self.now - 105 * Self.second)
        #expect(start(from: Self.position(), on: "two").cursor == Self.now - 110 * Self.second)
    }

    @Test func `invariant 7: knows up to when time was covered, and has the last event come again all the same`() {
        let covered = Self.position(coveredUntil: Self.now - 30 * Self.second)
        #expect(start(from: covered).cursor == Self.now - 105 * Self.second)
        #expect(start(from: covered).coveredMicroseconds == Self.now - 30 * Self.second)
        #expect(start(from: covered).storedComesAgain)
        #expect(start(from: covered).isLive)
        let behind = Self.position(coveredUntil: Self.now - 200 * Self.second)
        #expect(start(from: behind).cursor == Self.now - 105 * Self.second)
        #expect(!start(from: behind).isLive)
        #expect(start(from: Self.position(seq: 77, coveredUntil: Self.now)).cursor == 77)
    }

    @Test func `invariant 7: never begins later than now`() {
        let ahead = Self.position(Self.now + 60 * Self.second)
        #expect(start(from: ahead).cursor <= Self.now)
        #expect(start(from: Self.position(coveredUntil: .max)).cursor <= Self.now)
        let placeholder = Self.position(Self.now + 1, isPlaceholder: true)
        #expect(start(from: placeholder).cursor == Self.now)
    }

    @Test(arguments: [Int64.min, -1, 0, 999_999_999_999_999, 1_000_000_000_000_000])
    func `invariant 7: a time that is no time is not sent as a sequence number`(time: Int64) {
        #expect(start(from: Self.position(time)).cursor == StartPlanner.earliestTimeMicroseconds)
        #expect(start(from: Self.position(time, isPlaceholder: true)).cursor == StartPlanner.earliestTimeMicroseconds)
    }

    @Test(arguments: [Int64.min, 0, now, .max])
    func `any stored time can be begun from`(time: Int64) {
        var planner = StartPlanner()
        let position = Self.position(time, coveredUntil: time)
        for _ in 0..<100 {
            let start = start(planner, from: position, on: "two")
            #expect((StartPlanner.earliestTimeMicroseconds...Self.now).contains(start.cursor))
            planner.ended(start, at: position, broughtNew: false, serverFault: "fault")
        }
    }

    @Test func `invariant 7: halves the way back for each connection that brings nothing new`() {
        var planner = StartPlanner()
        var rewinds: [Int64] = []
        for _ in 0..<100 {
            let start = start(planner, from: Self.position())
            rewinds.append(Self.now - 100 * Self.second - start.cursor)
            planner.ended(start, at: Self.position(), broughtNew: false, serverFault: nil)
        }
        #expect(rewinds.prefix(4) == [5_000_000, 2_500_000, 1_250_000, 625_000])
        #expect(rewinds.last == 0)
        planner.ended(start(planner, from: Self.position()), at: Self.position(), broughtNew: true, serverFault: nil)
        #expect(start(planner, from: Self.position()).cursor == Self.now - 105 * Self.second)
    }

    @Test(arguments: [("one", Int64(5)), ("two", 10)])
    func `invariant 7: what only silence covered is asked for again, up to half an hour`(host: String, rewind: Int64) {
        let hour = 3_600 * Self.second
        let stored = Self.now - 2 * hour
        let soon = Self.position(stored, coveredUntil: stored + 60 * Self.second)
        #expect(start(from: soon, on: host).cursor == stored - rewind * Self.second)
        #expect(start(from: soon, on: host).storedComesAgain)
        let late = Self.position(stored, coveredUntil: Self.now)
        #expect(start(from: late, on: host).cursor == Self.now - hour / 2 - rewind * Self.second)
        #expect(!start(from: late, on: host).storedComesAgain)
    }

    @Test func `what cannot be read is passed also while a gap is read again`() {
        var planner = StartPlanner()
        let position = Self.position()
        let from = Self.now - 1_000 * Self.second
        planner.rewind(toMicroseconds: from)
        #expect(start(planner, from: position).cursor == from - 10 * Self.second)
        for _ in 0..<StartPlanner.endsBeforeSkip {
            planner.ended(start(planner, from: position), at: position, broughtNew: false, serverFault: "bad")
        }
        let skip = start(planner, from: position)
        #expect(skip.cursor == from + 1)
        #expect(skip.gap?.fromMicroseconds == from)
    }
}
