import Testing

@testable import Store

struct LogPinTests {
    private static let start = ContinuousClock.now

    private func after(_ pin: LogPin?, log: Int, copied: Int, seconds: Int) -> LogPin? {
        let progress = CheckpointProgress(logPages: log, copiedPages: copied)
        return LogPin.after(pin, progress, limitBytes: 100 * 4096, now: Self.start + .seconds(seconds))
    }

    @Test
    func `its age counts from the first checkpoint that got no further`() {
        let first = after(nil, log: 80, copied: 10, seconds: 1)
        #expect(first == LogPin(frame: 10, since: Self.start + .seconds(1), logBytes: 80 * 4096, isOverLimit: false))
        let second = after(first, log: 120, copied: 10, seconds: 9)
        #expect(second == LogPin(frame: 10, since: Self.start + .seconds(1), logBytes: 120 * 4096, isOverLimit: true))
    }

    @Test
    func `it begins anew where a checkpoint got further, and ends where one got to the end`() {
        let first = after(nil, log: 80, copied: 10, seconds: 1)
        #expect(after(first, log: 90, copied: 11, seconds: 5)?.since == Self.start + .seconds(5))
        #expect(after(first, log: 90, copied: 90, seconds: 5) == nil)
        #expect(after(nil, log: 0, copied: 0, seconds: 5) == nil)
    }

    @Test
    func `a checkpoint that could not begin says nothing`() {
        let first = after(nil, log: 80, copied: 10, seconds: 1)
        #expect(after(first, log: -1, copied: -1, seconds: 5) == first)
        #expect(after(nil, log: -1, copied: -1, seconds: 5) == nil)
    }
}
