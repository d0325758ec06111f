import Testing

@testable import Ingest

struct BelievedTimeTests {
    private static let day: Int64 = 86_400_000_000
    private static let years: Int64 = 3_653 * day

    private func time() -> BelievedTime {
        BelievedTime(at(0), at: .zero, settlingTime: .seconds(3600))
    }

    @Test
    func `a clock that goes as it should is believed, and one that is set right by a little`() {
        var time = time()
        for (wall, seconds) in [(at(5), 5), (at(10) + 250_000_000, 10), (at(15), 15), (at(7200), 7200)]
            as [(Int64, Int)]
        {
            let look = time.look(wall, at: .seconds(seconds))
            #expect(look.microseconds == wall)
            #expect(look.finding == .usual)
        }
    }

    @Test(arguments: [day, years])
    func `one that jumps ahead is held back until it has stood for an hour, and this is said once`(_ jump: Int64) {
        var time = time()
        for second in 5..<3605 where second.isMultiple(of: 5) {
            let look = time.look(at(Int64(second)) + jump, at: .seconds(second))
            #expect(look.microseconds == at(Int64(second)))
            #expect(look.finding == (second == 5 ? .jumped(by: .microseconds(jump)) : .usual))
        }
        let look = time.look(at(3605) + jump, at: .seconds(3605))
        #expect(look.microseconds == at(3605) + jump)
        #expect(look.finding == .believedAgain)
        #expect(time.look(at(3610) + jump, at: .seconds(3610)).finding == .usual)
    }

    @Test(arguments: [day, years])
    func `one that jumps ahead and comes back within the hour has changed nothing`(_ jump: Int64) {
        var time = time()
        #expect(time.look(at(5) + jump, at: .seconds(5)).microseconds == at(5))
        #expect(time.look(at(3000) + jump, at: .seconds(3000)).microseconds == at(3000))
        let back = time.look(at(3005), at: .seconds(3005))
        #expect(back.microseconds == at(3005))
        #expect(back.finding == .usual)
        // The hour begins anew.
        #expect(time.look(at(3700) + jump, at: .seconds(3700)).microseconds == at(3700))
    }

    @Test
    func `one that jumps ever again is not believed`() {
        var time = time()
        for hour in 1...10 as ClosedRange<Int64> {
            let look = time.look(at(hour * 3600) + hour * Self.day, at: .seconds(hour * 3600))
            #expect(look.microseconds == at(hour * 3600))
        }
    }

    @Test(arguments: [day, years])
    func `one that is put back is believed at once, and its way back is a jump ahead`(_ jump: Int64) {
        var time = time()
        let back = time.look(at(5) - jump, at: .seconds(5))
        #expect(back.microseconds == at(5) - jump)
        #expect(back.finding == .jumped(by: .microseconds(-jump)))
        #expect(time.look(at(10) - jump, at: .seconds(10)).finding == .usual)
        let right = time.look(at(15), at: .seconds(15))
        #expect(right.microseconds == at(15) - jump)
        #expect(right.finding == .jumped(by: .microseconds(jump)))
        #expect(time.look(at(3615), at: .seconds(3615)).microseconds == at(3615))
    }
}
