/// How long to wait before the next connection: exponential, capped, with full jitter.
///
/// The delay is drawn between 0 and a bound that doubles, so that clients which lost a server together do not come back
/// together (RFC 6455, section 7.2.3).
package struct Backoff: Sendable {
    package static let base: Duration = .milliseconds(250)
    package static let cap: Duration = .seconds(30)
    /// 250 ms doubled seven times is 32 s, beyond the cap.
    private static let lastDoubling = 7

    private var failures = 0

    package init() {}

    /// The longest that the next delay can be.
    package var bound: Duration { min(Backoff.cap, Backoff.base * (1 << min(failures, Backoff.lastDoubling))) }

    /// Draws the next delay and doubles the bound.
    package mutating func next(using random: inout some RandomNumberGenerator) -> Duration {
        let drawn = bound * Double.random(in: 0...1, using: &random)
        failures = min(failures + 1, Backoff.lastDoubling)
        return drawn
    }

    /// Starts again at the shortest bound: the stream has made progress.
    package mutating func reset() {
        failures = 0
    }
}
