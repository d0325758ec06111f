import Testing

@testable import Jetstream

/// What the first event says about where a connection began.
struct BeginningByTimeTests {
    private static let now: Int64 = 1_783_175_888_000_000
    private static let second: Int64 = 1_000_000

    private static func check(_ start: StartPlanner.Start) throws -> BeginningCheck {
        let endpoint = try #require(try JetstreamHost("ws://one/subscribe").endpoints.first)
        return BeginningCheck(endpoint: endpoint, start: start, lookBack: .seconds(86_400))
    }

    private static func start(_ position: StreamPosition, rewindTo moment: Int64? = nil) -> StartPlanner.Start {
        var planner = StartPlanner()
        planner.rewind(toMicroseconds: moment)
        return planner.start(from: position, on: "one", nowMicroseconds: now)
    }

    private static func cause(_ verdict: BeginningCheck.Verdict) -> Substring? {
        guard case .gap(let gap) = verdict else { return nil }
        return gap.cause.prefix { $0 != ":" }
    }

    @Test func `a later event with a smaller number is one of another instance, also after a start by time`() throws {
        let position = StartPlannerTests.position(Self.now - 100 * Self.second, seq: 1_000)
        let check = try Self.check(Self.start(position, rewindTo: position.timeMicroseconds))
        let later = Self.now - 50 * Self.second
        let reset = check.verdict(timeMicroseconds: later, seq: 7, nowMicroseconds: Self.now)
        #expect(Self.cause(reset) == "reset")
        #expect(check.verdict(timeMicroseconds: later, seq: 1_001, nowMicroseconds: Self.now) == .sound)
        let earlier = Self.now - 105 * Self.second
        #expect(check.verdict(timeMicroseconds: earlier, seq: 995, nowMicroseconds: Self.now) == .sound)
    }

    @Test func `a smaller number than was asked for is one of another instance`() throws {
        let check = try Self.check(Self.start(StartPlannerTests.position(seq: 1_000)))
        #expect(check.verdict(timeMicroseconds: Self.now, seq: 999, nowMicroseconds: Self.now) == .reset)
        #expect(check.verdict(timeMicroseconds: Self.now, seq: nil, nowMicroseconds: Self.now) == .reset)
        #expect(check.verdict(timeMicroseconds: Self.now, seq: 1_001, nowMicroseconds: Self.now) == .sound)
        let otherTime = Self.now - 100 * Self.second + 2 * BeginningCheck.sameEventMicroseconds
        #expect(check.verdict(timeMicroseconds: otherTime, seq: 1_000, nowMicroseconds: Self.now) == .reset)
    }

    @Test(arguments: [nil, Int64(1_000)])
    func `invariant 8: a stored event that does not come again leaves a gap, unless other events are asked for`(
        seq: Int64?
    ) throws {
        let stored = Self.now - 1_000 * Self.second
        let covered = Self.now - 100 * Self.second
        let start = Self.start(StartPlannerTests.position(stored, seq: seq, coveredUntil: covered))
        var check = try Self.check(start)
        #expect(check.verdict(timeMicroseconds: Self.now, seq: 2_000, nowMicroseconds: Self.now) == .sound)
        check.isAskedAsBefore = true
        #expect(check.isDoubtful(nowMicroseconds: Self.now))
        let lost = check.verdict(timeMicroseconds: Self.now, seq: 2_000, nowMicroseconds: Self.now)
        #expect(Self.cause(lost) == "clamped")
        guard case .gap(let gap) = lost else { return }
        #expect(gap.fromMicroseconds == covered)
        #expect(gap.toMicroseconds == Self.now)
        #expect(check.verdict(timeMicroseconds: stored, seq: 1_000, nowMicroseconds: Self.now) == .sound)
        let before = stored - Self.second
        let older = check.verdict(timeMicroseconds: before, seq: seq.map { $0 - 1 }, nowMicroseconds: Self.now)
        #expect(older == (seq == nil ? .sound : .reset))
    }

    @Test func `a first event long after an old position is one of a start that was moved`() throws {
        let old = Self.now - 100_000 * Self.second
        let check = try Self.check(Self.start(StartPlannerTests.position(old)))
        let moved = check.verdict(timeMicroseconds: old + 61 * Self.second, seq: nil, nowMicroseconds: Self.now)
        #expect(Self.cause(moved) == "clamped")
        #expect(check.verdict(timeMicroseconds: old, seq: nil, nowMicroseconds: Self.now) == .sound)
        let young = try Self.check(Self.start(StartPlannerTests.position(Self.now - 1_000 * Self.second)))
        #expect(young.verdict(timeMicroseconds: Self.now, seq: nil, nowMicroseconds: Self.now) == .sound)
    }
}
