import Testing

@testable import Jetstream

/// What the planner does about a message that ends every connection.
struct ObstacleTests {
    private static let now = StartPlannerTests.now
    private static let second = StartPlannerTests.second
    private static let stored = now - 100 * second

    private var planner = StartPlanner()

    /// Lets a connection from `position` end, and returns where it had begun.
    @discardableResult
    private mutating func fail(
        at position: StreamPosition,
        broughtNew: Bool = false,
        _ fault: String? = "it was too long"
    ) -> StartPlanner.Start {
        let start = planner.start(from: position, on: "one", nowMicroseconds: Self.now)
        planner.ended(start, at: position, broughtNew: broughtNew, serverFault: fault)
        return start
    }

    private func next(from position: StreamPosition) -> StartPlanner.Start {
        planner.start(from: position, on: "one", nowMicroseconds: Self.now)
    }

    @Test(arguments: [nil, 77] as [Int64?])
    mutating func `invariant 8: begins 1 µs later after three ends at one position, with a gap`(seq: Int64?) {
        let position = StartPlannerTests.position(seq: seq)
        for _ in 0..<3 { #expect(fail(at: position).gap == nil) }
        let start = next(from: position)
        #expect(start.cursor == Self.stored + 1)
        let gap = StreamGap(
            host: "one",
            wire: .v1,
            fromMicroseconds: Self.stored,
            toMicroseconds: Self.stored + 1,
            cause: "Could not be read, and was skipped: it was too long"
        )
        #expect(start.gap == gap)
    }

    @Test mutating func `the way on doubles up to 1 s, then grows by 1 s`() {
        let position = StartPlannerTests.position()
        for _ in 0..<3 { fail(at: position) }
        let steps = (0..<24).map { _ in fail(at: position).cursor - Self.stored }
        let doubling = (0...20).map { Int64(1) << $0 }
        #expect(steps.prefix(21) == doubling[...])
        #expect(steps.suffix(3) == [2_048_576, 3_048_576, 4_048_576])
        #expect(!planner.isSkippingBySmallSteps)
    }

    @Test mutating func `small steps need not wait`() {
        let position = StartPlannerTests.position()
        for _ in 0..<2 { fail(at: position) }
        #expect(!planner.isSkippingBySmallSteps)
        fail(at: position)
        #expect(planner.isSkippingBySmallSteps)
        for _ in 0..<30 { fail(at: position) }
        #expect(!planner.isSkippingBySmallSteps)
    }

    @Test mutating func `the skip never leads past now`() {
        let position = StartPlannerTests.position(Self.now - 3)
        for _ in 0..<40 { fail(at: position) }
        #expect(next(from: position).cursor == Self.now)
        #expect(next(from: position).gap?.toMicroseconds == Self.now)
        let ahead = StartPlannerTests.position(Self.now + 5)
        for _ in 0..<40 { fail(at: ahead) }
        let start = next(from: ahead)
        #expect(start.cursor == Self.now)
        #expect(start.gap.map { $0.fromMicroseconds <= $0.toMicroseconds } == true)
    }

    @Test mutating func `a connection that got on is the first of a new row`() {
        for step in 0..<10 as Range<Int64> {
            let start = fail(at: StartPlannerTests.position(Self.stored + step), broughtNew: true)
            #expect(start.gap == nil)
        }
        let last = StartPlannerTests.position(Self.stored + 9)
        fail(at: last)
        #expect(next(from: last).gap == nil)
        fail(at: last)
        #expect(next(from: last).gap != nil)
    }

    @Test mutating func `no start goes back behind what was skipped`() {
        let position = StartPlannerTests.position()
        for _ in 0..<3 { fail(at: position) }
        let through = next(from: position)
        let after = StartPlannerTests.position(Self.stored + 50)
        planner.ended(through, at: after, broughtNew: true, serverFault: nil)
        #expect(next(from: after).cursor == Self.stored + 1)
        #expect(next(from: after).gap == nil)
        let later = StartPlannerTests.position(Self.stored + 10 * Self.second)
        #expect(next(from: later).cursor == Self.stored + 5 * Self.second)
    }

    @Test mutating func `a skip that ended for another reason is taken up where it was`() {
        let position = StartPlannerTests.position()
        for _ in 0..<5 { fail(at: position) }
        let before = next(from: position)
        fail(at: position, nil)
        #expect(next(from: position) == before)
    }

    @Test mutating func `connections that were lost for other reasons skip nothing`() {
        let position = StartPlannerTests.position()
        for _ in 0..<50 { #expect(fail(at: position, nil).gap == nil) }
        #expect(next(from: position).cursor == Self.stored)
    }

    @Test mutating func `covered time is not gone through in small steps`() {
        let covered = Self.stored + 60 * Self.second
        let position = StartPlannerTests.position(coveredUntil: covered)
        for _ in 0..<3 { fail(at: position) }
        // Less the 5 s by which the order of arrival and that of the events' times may differ.
        #expect(next(from: position).gap?.fromMicroseconds == covered - 5 * Self.second)
        #expect(next(from: position).cursor == covered - 5 * Self.second + 1)
    }
}
