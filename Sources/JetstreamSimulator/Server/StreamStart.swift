/// Where a connection starts reading, by the rules of the real server.
enum StreamStart {
    /// Cursors below this are sequence numbers, the others microseconds since the Unix epoch.
    static let leastTimeCursor: Int64 = 1_000_000_000_000_000

    /// The position of the first message to send.
    ///
    /// - Parameters:
    ///   - cursor: the client's, nil for none.
    ///   - log: the stream.
    ///   - configuration: whether there are sequence numbers, and where a start at the tip is turned into another.
    /// - Returns: a position in the log, which may be its end.
    static func position(_ cursor: Int64?, in log: EventLog, _ configuration: SimulatorConfiguration) -> Int {
        guard let cursor else {
            return configuration.startsFromBeginning ? log.beginning : log.tip
        }
        let isSequence = (configuration.hasSequences || log.hasSequences) && cursor < leastTimeCursor
        let found =
            isSequence ? log.position(notBeforeSequence: cursor) : log.position(notBeforeMicroseconds: cursor)
        return found ?? (configuration.replaysFutureCursors ? log.beginning : log.tip)
    }
}
