/// What became of one connection.
package struct ConnectionReport: Sendable {
    package let eventsSent: Int
    /// From the start until the socket took the last event.
    package let seconds: Double
    /// Why it ended, in words.
    package let reason: String

    package var eventsPerSecond: Double { Double(eventsSent) / max(seconds, 1e-9) }
}
