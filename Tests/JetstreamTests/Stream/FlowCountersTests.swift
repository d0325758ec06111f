import Testing

@testable import Jetstream

struct FlowCountersTests {
    private var whole: FlowCounters {
        var counters = FlowCounters()
        counters.received = 28
        counters.queued = 1
        counters.inHand = 2
        counters.stored = 4
        counters.skipped = [.duplicate: 5, .unknownActor: 7]
        counters.discarded = [.stop: 9]
        return counters
    }

    @Test func `invariant 5: nothing remains when every message is somewhere`() {
        #expect(whole.remainder == 0)
        #expect(FlowCounters().remainder == 0)
    }

    @Test(
        arguments: [
            { $0.received += 1 }, { $0.queued -= 1 }, { $0.inHand -= 1 }, { $0.stored -= 1 },
            { $0.skipped[.duplicate] = nil }, { $0.skipped[.unknownActor] = nil }, { $0.discarded[.stop] = nil },
        ] as [@Sendable (inout FlowCounters) -> Void]
    )
    func `invariant 5: something remains when one count is wrong`(change: @Sendable (inout FlowCounters) -> Void) {
        var counters = whole
        change(&counters)
        #expect(counters.remainder > 0)
    }
}
