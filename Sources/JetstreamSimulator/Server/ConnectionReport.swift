/// What became of one connection.
package struct ConnectionReport: Sendable {
    package let eventsSent: Int
    package let seconds: Double
    /// Why it ended, in words.
    package let reason: String

    package var eventsPerSecond: Double { Double(eventsSent) / max(seconds, 1e-9) }
}
