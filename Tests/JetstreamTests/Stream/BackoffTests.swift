import TestSupport
import Testing

@testable import Jetstream

struct BackoffTests {
    @Test func `the bound doubles from 250 ms to 30 s and stays there`() {
        var random = SeededGenerator(seed: 1)
        var backoff = Backoff()
        var bounds: [Duration] = []
        for _ in 0..<10 {
            bounds.append(backoff.bound)
            _ = backoff.next(using: &random)
        }
        #expect(
            bounds == [
                .milliseconds(250), .milliseconds(500), .seconds(1), .seconds(2), .seconds(4), .seconds(8),
                .seconds(16), .seconds(30), .seconds(30), .seconds(30),
            ]
        )
    }

    @Test func `delays spread over all that the bound allows`() {
        var random = SeededGenerator(seed: 2)
        var backoff = Backoff()
        for _ in 0..<20 { _ = backoff.next(using: &random) }
        let delays = (0..<1_000).map { _ in backoff.next(using: &random) }
        #expect(delays.allSatisfy { (.zero...Backoff.cap).contains($0) })
        for third in 0..<3 {
            let range = Duration.seconds(10 * third)..<Duration.seconds(10 * third + 10)
            #expect(delays.count { range.contains($0) } > 250)
        }
    }

    @Test func `begins again at the shortest bound after progress`() {
        var random = SeededGenerator(seed: 3)
        var backoff = Backoff()
        for _ in 0..<1_000 { _ = backoff.next(using: &random) }
        backoff.reset()
        #expect(backoff.bound == Backoff.base)
        #expect(backoff.next(using: &random) <= Backoff.base)
        #expect(backoff.bound == Backoff.base * 2)
    }
}
