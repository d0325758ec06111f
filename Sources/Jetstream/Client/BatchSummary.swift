/// What a batch says of the stream's position: taken up event by event.
struct BatchSummary: Sendable {
    /// The newest time that can be believed, in microseconds since the Unix epoch, and when that event came.
    struct Newest: Sendable {
        var timeMicroseconds: Int64
        var receivedAtMicroseconds: Int64
    }

    /// Times before 2020 are no times of this network.
    private static let earliestMicroseconds: Int64 = 1_577_836_800_000_000
    /// No event moves the position past the present by more than this: a poisoned time would skip all that comes before.
    private static let futureLimitMicroseconds: Int64 = 60_000_000
    private static let dayMicroseconds: Int64 = 86_400_000_000

    private let limit: Int64
    private(set) var newest: Newest?
    /// The last sequence number and not the greatest: a server that numbers anew must not be asked for a number that it
    /// will only reach in years.
    private(set) var seq: Int64?
    private(set) var commits = SeenCommits()

    init(nowMicroseconds: Int64) {
        limit = nowMicroseconds + BatchSummary.futureLimitMicroseconds
    }

    /// Takes a message into account.
    ///
    /// - Parameters:
    ///   - decoded: what the decoder made of it.
    ///   - receivedAtMicroseconds: when it came, since the Unix epoch.
    mutating func add(_ decoded: DecodedMessage, receivedAtMicroseconds: Int64) {
        if case .event(let event) = decoded, case .commit = event.body {
            let time = event.timeMicroseconds
            let isPlausible =
                time >= BatchSummary.earliestMicroseconds
                && time <= receivedAtMicroseconds + BatchSummary.dayMicroseconds
            commits.add(SeenCommits(count: 1, newestMicroseconds: isPlausible ? time : receivedAtMicroseconds))
        }
        guard let time = decoded.timeMicroseconds, time >= BatchSummary.earliestMicroseconds, time <= limit else {
            return
        }
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
        let known = current.flatMap { $0.isPlaceholder || $0.host != source.host ? nil : $0 }
        // Not past its own arrival: the next start would begin in the future, and miss what comes until then.
        let time = min(newest.timeMicroseconds, newest.receivedAtMicroseconds)
        return StreamPosition(
            host: source.host,
            wire: source.wire,
            seq: seq ?? known?.seq,
            timeMicroseconds: max(known?.timeMicroseconds ?? .min, time),
            isPlaceholder: false,
            coveredUntilMicroseconds: known?.coveredUntilMicroseconds
        )
    }
}
