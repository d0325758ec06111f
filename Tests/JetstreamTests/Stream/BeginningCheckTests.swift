import Testing

@testable import Jetstream

struct BeginningCheckTests {
    private static let now: Int64 = 1_783_175_888_000_000
    private static let hour: Int64 = 3_600_000_000

    private func check(
        cursor: Int64,
        covered: Int64,
        doubt: StartPlanner.Doubt? = nil,
        isMoved: Bool = false
    ) throws -> BeginningCheck {
        let endpoint = try #require(try JetstreamHost("wss://host/subscribe").endpoints.first)
        let start = StartPlanner.Start(
            cursor: cursor,
            isLive: false,
            doubt: doubt,
            storedMicroseconds: covered,
            coveredMicroseconds: covered
        )
        return BeginningCheck(endpoint: endpoint, start: start, lookBack: .seconds(24 * 3600), isMoved: isMoved)
    }

    private func verdict(_ check: BeginningCheck, _ time: Int64, seq: Int64? = nil) -> BeginningCheck.Verdict {
        check.verdict(timeMicroseconds: time, seq: seq, nowMicroseconds: Self.now)
    }

    /// From where to where a verdict says that something is missing.
    private func gap(_ verdict: BeginningCheck.Verdict) -> [Int64]? {
        guard case .gap(let gap) = verdict else { return nil }
        return [gap.fromMicroseconds, gap.toMicroseconds]
    }

    @Test func `a start within the look-back is sound, however late its first event is`() throws {
        let covered = Self.now - 23 * Self.hour
        let check = try check(cursor: covered - 5_000_000, covered: covered)
        #expect(verdict(check, covered - 1) == .sound)
        #expect(verdict(check, Self.now) == .sound)
        #expect(!check.isDoubtful(nowMicroseconds: Self.now))
    }

    @Test func `invariant 8: a first event much later than an old cursor leaves a gap, a little later none`() throws {
        let covered = Self.now - 25 * Self.hour
        let check = try check(cursor: covered - 5_000_000, covered: covered)
        #expect(check.isDoubtful(nowMicroseconds: Self.now))
        #expect(verdict(check, covered + BeginningCheck.slackMicroseconds) == .sound)
        let later = covered + BeginningCheck.slackMicroseconds + 1
        #expect(gap(verdict(check, later)) == [covered, later])
    }

    @Test func `invariant 8: what a server says it moved leaves a gap, unless it begins with what is stored`() throws {
        let covered = Self.now - Self.hour
        let check = try check(cursor: covered - 5_000_000, covered: covered, isMoved: true)
        #expect(verdict(check, covered) == .sound)
        #expect(gap(verdict(check, covered + 1)) == [covered, covered + 1])
    }

    @Test(arguments: [StartPlanner.Doubt.tooOld, .reset])
    func `invariant 8: a host that lost its numbers leaves a gap up to its first event`(
        doubt: StartPlanner.Doubt
    ) throws {
        let covered = Self.now - Self.hour
        let check = try check(cursor: covered - 10_000_000, covered: covered, doubt: doubt)
        #expect(verdict(check, covered - 1) == .sound)
        let verdict = verdict(check, covered + 7)
        #expect(gap(verdict) == [covered, covered + 7])
        guard case .gap(let found) = verdict else { return }
        #expect(found.cause == doubt.cause)
    }

    @Test func `a number below the one that was asked for, or none, is of another instance`() throws {
        let covered = Self.now - Self.hour
        let check = try check(cursor: 500, covered: covered)
        #expect(check.isDoubtful(nowMicroseconds: Self.now))
        #expect(verdict(check, covered, seq: 499) == .reset)
        #expect(verdict(check, covered, seq: nil) == .reset)
        #expect(verdict(check, covered, seq: 500) == .sound)
        #expect(verdict(check, Self.now, seq: 501) == .sound)
    }

    @Test(arguments: [Int64.min, .max, 0])
    func `the same number at quite another time is of another instance, whatever the time`(time: Int64) throws {
        let check = try check(cursor: 500, covered: Self.now - Self.hour)
        #expect(verdict(check, time, seq: 500) == .reset)
    }

    @Test func `no gap ends after the present`() throws {
        let covered = Self.now - 25 * Self.hour
        #expect(gap(verdict(try check(cursor: covered, covered: covered), .max)) == [covered, Self.now])
    }

    @Test func `an event far out of its order does not say where a moved start began`() throws {
        let covered = Self.now - Self.hour
        let out = covered - BeginningCheck.sameEventMicroseconds - 1
        #expect(verdict(try check(cursor: covered - 5, covered: covered, isMoved: true), out) == .undecided)
        #expect(verdict(try check(cursor: covered - 5, covered: covered, doubt: .tooOld), out) == .undecided)
        #expect(verdict(try check(cursor: covered - 5, covered: covered), out) == .sound)
    }

    @Test(arguments: [Int64.min, 0, 1_577_836_799_999_999, now + 60_000_001, .max])
    func `a time that moves no position says nothing of one`(time: Int64) {
        #expect(!StreamPosition.isMoved(byMicroseconds: time, nowMicroseconds: Self.now))
        #expect(StreamPosition.isMoved(byMicroseconds: Self.now + 60_000_000, nowMicroseconds: Self.now))
        #expect(StreamPosition.isMoved(byMicroseconds: 1_577_836_800_000_000, nowMicroseconds: Self.now))
    }
}
