/// When an event that ended as an internal error is tried again by itself.
enum RetrySchedule {
    /// How long each attempt waits after the one before; there are no others.
    static let delays: [Duration] = [
        .seconds(60), .seconds(600), .seconds(3_600), .seconds(6 * 3_600), .seconds(24 * 3_600),
    ]

    /// The longest that any attempt waits, in microseconds.
    static let longestMicroseconds = delays.map(\.microseconds).max() ?? 0

    /// When the next attempt is due; nil when there is none any more.
    ///
    /// - Parameters:
    ///   - attempts: how many were begun already; the interruptions of an event count, so that what may have killed the
    ///     program waits longer and is tried less often.
    ///   - nowMicroseconds: since the Unix epoch.
    /// - Returns: microseconds since the Unix epoch.
    static func next(afterAttempts attempts: Int, nowMicroseconds: Int64) -> Int64? {
        guard delays.indices.contains(attempts) else { return nil }
        return nowMicroseconds + delays[attempts].microseconds
    }
}
