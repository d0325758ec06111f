/// What became of the messages of this run of the program (invariant 5).
///
/// Each place that a message can come to has a counter of its own, kept where that happens; nothing here is derived from
/// the others, so that a message that leaks shows as a remainder.
package struct FlowCounters: Sendable, Equatable, Codable {
    /// Why a message was read and not stored.
    package enum SkipReason: String, Sendable, Codable, CodingKeyRepresentable, CaseIterable {
        /// Its event is in the log already.
        case duplicate
        /// An identity or account event of an actor of whom nothing is stored.
        case unknownActor = "unknown_actor"
        /// Its person was forgotten, and it is not to come back.
        case forgotten
        /// A word of the server about the stream, and no event.
        case notice
    }

    /// Why a message that was read was let go; the cursor does not cover it, so it comes again.
    package enum DiscardReason: String, Sendable, Codable, CodingKeyRepresentable, CaseIterable {
        /// The program was told to stop.
        case stop
        /// The connection had to be given up before it could be used.
        case reconnect
    }

    /// Complete messages, counted by the reader.
    package var received = 0
    /// In the queue now.
    package var queued = 0
    /// Taken from the queue and not yet settled.
    package var inHand = 0
    /// New rows of the log.
    package var stored = 0
    package var skipped: [SkipReason: Int] = [:]
    package var discarded: [DiscardReason: Int] = [:]

    package init() {}

    /// What is not accounted for: 0, or there is a fault.
    package var remainder: Int {
        received - queued - inHand - stored - skipped.values.reduce(0, +) - discarded.values.reduce(0, +)
    }
}
