/// Where a connection starts reading, by the rules of the real server.
struct StreamStart: Sendable, Equatable {
    /// Cursors below this are sequence numbers, the others microseconds since the Unix epoch.
    static let leastTimeCursor: Int64 = 1_000_000_000_000_000

    /// The position of the first message to send, which may be the log's end.
    let position: Int
    /// Whether the cursor was older than everything that can be had.
    let isClamped: Bool

    /// - Parameters:
    ///   - query: the client's.
    ///   - log: the stream.
    ///   - settings: whether there are sequence numbers, and where a start at the tip is turned into another.
    ///   - lookBack: how much of the log can be had.
    /// - Throws: `SubscribeQuery.Refusal` for a sequence number of the second wire that is no longer there.
    init(
        _ query: SubscribeQuery,
        in log: EventLog,
        _ settings: SimulatorConfiguration,
        lookBack: LookBack?
    ) throws(SubscribeQuery.Refusal) {
        let floor = lookBack?.floor(of: log) ?? log.beginning
        guard let cursor = query.cursor else {
            position = settings.startsFromBeginning ? floor : log.tip
            isClamped = false
            return
        }
        // Without a look-back, and before the log forgot anything, the oldest event is the first that ever was.
        let oldest = lookBack != nil || log.isTrimmed ? log.entry(at: floor) : nil
        let isSequence =
            cursor < Self.leastTimeCursor && (query.wire == .v2 || settings.hasSequences || log.hasSequences)
        if let oldest, query.wire == .v2, isSequence, cursor < oldest.number {
            throw SubscribeQuery.Refusal(
                "cursor too old: cursor \(cursor) below lookback floor \(oldest.number); re-backfill from your last seq",
                name: .cursorTooOld
            )
        }
        let found =
            if isSequence {
                query.wire == .v2 ? log.position(notBeforeNumber: cursor) : log.position(notBeforeSequence: cursor)
            } else {
                log.position(notBeforeMicroseconds: cursor)
            }
        isClamped = oldest.map { cursor < (isSequence ? $0.sequence : $0.timeMicroseconds) } ?? false
        position = max(found ?? (settings.replaysFutureCursors ? floor : log.tip), floor)
    }

    /// - Parameter position: a position in the log.
    init(position: Int) {
        self.position = position
        isClamped = false
    }
}

/// How much of the stream old cursors reach.
package enum LookBack: Sendable, Equatable {
    case events(Int)
    /// Reckoned from the newest event, so that a stream made in advance has a look-back too.
    case seconds(Double)

    /// The position of the oldest message that can be had.
    func floor(of log: EventLog) -> Int {
        switch self {
        case .events(let events):
            return max(log.beginning, log.tip - events)
        case .seconds(let seconds):
            guard log.tip > log.beginning, let newest = log.entry(at: log.tip - 1) else { return log.tip }
            let time = newest.timeMicroseconds - Int64(seconds * 1e6)
            return log.position(notBeforeMicroseconds: time) ?? log.tip
        }
    }
}
