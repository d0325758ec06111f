/// What a batch says of the stream's position: taken up event by event.
struct BatchSummary: Sendable {
    /// The newest time that can be believed, in microseconds since the Unix epoch, and when that event came.
    struct Newest: Sendable {
        var timeMicroseconds: Int64
        var receivedAtMicroseconds: Int64
    }

    private let nowMicroseconds: Int64
    private(set) var newest: Newest?
    /// The last sequence number and not the greatest: a server that numbers anew must not be asked for a number that it
    /// will only reach in years.
    private(set) var seq: Int64?
    private(set) var commits = SeenCommits()

    init(nowMicroseconds: Int64) {
        self.nowMicroseconds = nowMicroseconds
    }

    /// Takes a message into account.
    ///
    /// - Parameters:
    ///   - decoded: what the decoder made of it.
    ///   - receivedAtMicroseconds: when it came, since the Unix epoch.
    mutating func add(_ decoded: DecodedMessage, receivedAtMicroseconds: Int64) {
        if case .event(let event) = decoded, case .commit = event.body {
            commits.count(
                timeMicroseconds: event.timeMicroseconds,
                receivedAtMicroseconds: receivedAtMicroseconds
            )
        }
        guard let time = decoded.timeMicroseconds,
            StreamPosition.isMoved(byMicroseconds: time, nowMicroseconds: nowMicroseconds)
        else { return }
        if time >= newest?.timeMicroseconds ?? .min {
            newest = Newest(timeMicroseconds: time, receivedAtMicroseconds: receivedAtMicroseconds)
        }
        // From there on cursors are times.
        if let seq = decoded.seq, seq < StartPlanner.earliestTimeMicroseconds { self.seq = seq }
    }

    /// Where the stream stands after the batch (invariant 7).
    ///
    /// - Parameters:
    ///   - source: where the batch came from.
    ///   - current: where the stream stood before.
    /// - Returns: the position; nil when nothing in the batch moves it.
    func position(from source: StreamSource, after current: StreamPosition?) -> StreamPosition? {
        guard let newest else { return nil }
        // Not past its own arrival: the next start would begin in the future, and miss what comes until then.
        let time = min(newest.timeMicroseconds, newest.receivedAtMicroseconds)
        return StreamPosition(from: source, after: current, timeMicroseconds: time, seq: seq)
    }
}
