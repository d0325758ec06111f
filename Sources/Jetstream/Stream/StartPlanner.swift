/// Decides where each connection begins (invariant 7), and how to get past a message that ends every connection.
///
/// A value without clock, socket or database: what happened goes in, a cursor comes out.
package struct StartPlanner: Sendable {
    /// How far a start by time goes back on the host that was stored from last: more than its events are out of order.
    static let rewindMicroseconds: Int64 = 5_000_000
    /// The same on another host, whose clock stamps the events anew.
    static let otherHostRewindMicroseconds: Int64 = 10_000_000
    /// How much of a silence is asked for again: what is stored then comes again, which shows that the host still has what
    /// follows it; and where another host stood still unnoticed, its silence was none.
    static let mistrustMicroseconds: Int64 = 30 * 60 * 1_000_000
    /// Connections that must end at one position, through what the server sent, before it is skipped.
    static let endsBeforeSkip = 3
    static let longestSkipStepMicroseconds: Int64 = 1_000_000
    /// Servers take a smaller number for a sequence number; it is a moment of 2001, before anything that one keeps.
    static let earliestTimeMicroseconds: Int64 = 1_000_000_000_000_000
    /// A start this near to the present is live from its first event on.
    static let liveWindowMicroseconds: Int64 = 60_000_000

    package struct Start: Sendable, Equatable {
        /// The cursor to send: a sequence number below 1e15, else microseconds since the Unix epoch.
        package var cursor: Int64
        package var isLive: Bool
        /// What is passed over, when this start skips something.
        package var gap: StreamGap?
        /// Why the host may no longer have what comes after the stored position; nil when there is no reason to think so.
        var doubt: Doubt?
        /// The time of the stored event, since the Unix epoch.
        var storedMicroseconds: Int64 = 0
        /// Up to when nothing is missing, since the Unix epoch: what begins later leaves a gap.
        var coveredMicroseconds: Int64 = 0
        /// The number of the stored event on this host; nil when it is another's, or had none.
        var storedSeq: Int64?

        /// Whether the stored event, or one from before it, must come first where nothing is missing and the same is asked
        /// for as when it was stored.
        var storedComesAgain = false

        /// Whether the cursor is a sequence number.
        var isSeq: Bool { cursor < StartPlanner.earliestTimeMicroseconds }
    }

    /// Why a host is asked by time although it has a number of its own, and may have lost what is wanted.
    package enum Doubt: Sendable, Equatable {
        /// It refused the number as too old.
        case tooOld
        /// Its numbers begin anew.
        case reset

        var cause: String {
            switch self {
            case .tooOld: "too old: the host no longer had the stored position"
            case .reset: "reset: the host's sequence numbers began anew"
            }
        }
    }

    private struct Obstacle {
        var position: StreamPosition
        var ends = 1
        var skipMicroseconds: Int64 = 0
        var cause: String
    }

    /// For how long back hosts keep events, as far as is known.
    var lookBackMicroseconds: Int64 = 24 * 3_600 * 1_000_000

    private var fruitlessConnections = 0
    private var obstacle: Obstacle?
    /// Where the last skip got through; no start of this run goes back behind it.
    private var floorMicroseconds = Int64.min
    private var doubt: Doubt?
    /// From where all is read again, since a host that was blind covered nothing of it; nil when there was none.
    private var rewindToMicroseconds: Int64?

    package init() {}

    /// Whether the next start skips something by a small step, so that it need not wait as after a failure.
    package var isSkippingBySmallSteps: Bool {
        guard let obstacle else { return false }
        return obstacle.skipMicroseconds > 0 && obstacle.skipMicroseconds < StartPlanner.longestSkipStepMicroseconds
    }

    /// Where to begin.
    ///
    /// - Parameters:
    ///   - position: what is stored.
    ///   - host: the host to connect to.
    ///   - nowMicroseconds: the present time; no cursor is later.
    /// - Returns: the cursor, and the gap that it leaves.
    package func start(from position: StreamPosition, on host: String, nowMicroseconds: Int64) -> Start {
        // The stored time is what an event said, and may be anything.
        let stored = min(max(position.timeMicroseconds, StartPlanner.earliestTimeMicroseconds), nowMicroseconds)
        let covered = min(max(stored, believed(position.coveredUntilMicroseconds, nowMicroseconds)), nowMicroseconds)
        let asked = max(stored, covered - StartPlanner.mistrustMicroseconds)
        // Of a host that stood still unnoticed, another one has more than its silence covered.
        let time = position.host == host ? covered : asked
        let full = position.host == host ? StartPlanner.rewindMicroseconds : StartPlanner.otherHostRewindMicroseconds
        let isLive = time >= nowMicroseconds - StartPlanner.liveWindowMicroseconds
        if let obstacle, obstacle.skipMicroseconds > 0, obstacle.position.isSamePlace(as: position) {
            // Where time has been covered since the last event, what cannot be read comes after that.
            let from = rewindToMicroseconds ?? max(stored, time - full)
            let to = min(from + obstacle.skipMicroseconds, nowMicroseconds)
            let gap = StreamGap(
                host: host,
                wire: position.wire,
                fromMicroseconds: from,
                toMicroseconds: to,
                cause: obstacle.cause
            )
            return Start(cursor: to, isLive: isLive, gap: gap, storedMicroseconds: stored, coveredMicroseconds: to)
        }
        if let rewindToMicroseconds {
            let from = min(time, max(rewindToMicroseconds, StartPlanner.earliestTimeMicroseconds))
            return Start(
                cursor: max(from - StartPlanner.otherHostRewindMicroseconds, StartPlanner.earliestTimeMicroseconds),
                isLive: false,
                storedMicroseconds: from,
                coveredMicroseconds: from,
                storedSeq: position.host == host ? position.seq : nil,
                storedComesAgain: isKept(from, nowMicroseconds)
            )
        }
        if let seq = position.seq, position.host == host, doubt == nil {
            return Start(
                cursor: seq,
                isLive: isLive,
                storedMicroseconds: stored,
                coveredMicroseconds: time,
                storedComesAgain: isKept(stored, nowMicroseconds)
            )
        }
        let rewind = fruitlessConnections < Int64.bitWidth ? full >> Int64(fruitlessConnections) : 0
        // Nothing is wanted that happened before the first start.
        let earliest = position.isPlaceholder ? stored : StartPlanner.earliestTimeMicroseconds
        let from = isKept(time, nowMicroseconds) ? asked : stored
        let cursor = min(max(from - rewind, earliest, floorMicroseconds), nowMicroseconds)
        return Start(
            cursor: cursor,
            isLive: isLive,
            doubt: position.host == host ? doubt : nil,
            storedMicroseconds: stored,
            coveredMicroseconds: max(time, floorMicroseconds),
            storedSeq: position.host == host ? position.seq : nil,
            storedComesAgain: !position.isPlaceholder && cursor < stored && isKept(stored, nowMicroseconds)
        )
    }

    /// Up to when time was covered; the least there is when that is not known, or was told by a clock that ran ahead.
    private func believed(_ coveredMicroseconds: Int64?, _ nowMicroseconds: Int64) -> Int64 {
        guard let coveredMicroseconds,
            coveredMicroseconds <= nowMicroseconds + StreamPosition.futureLimitMicroseconds
        else { return .min }
        return coveredMicroseconds
    }

    /// Whether hosts still have what happened at a moment, as far as is known.
    private func isKept(_ microseconds: Int64, _ nowMicroseconds: Int64) -> Bool {
        microseconds >= nowMicroseconds - lookBackMicroseconds
    }

    /// Has the next starts on the host go by time, since its numbers are of no use.
    package mutating func doubt(_ doubt: Doubt) {
        self.doubt = doubt
    }

    /// Has the next starts go back to a moment, whatever is stored; nil when what comes after it has been read again.
    package mutating func rewind(toMicroseconds: Int64?) {
        rewindToMicroseconds = toMicroseconds
    }

    /// Takes note of how a connection ended; one that was never open says nothing about where to begin.
    ///
    /// - Parameters:
    ///   - start: where it began.
    ///   - position: what is stored now.
    ///   - broughtNew: whether anything of it was new.
    ///   - serverFault: the words for what the server sent that ended it; nil when it ended for another reason.
    package mutating func ended(_ start: Start, at position: StreamPosition, broughtNew: Bool, serverFault: String?) {
        fruitlessConnections = broughtNew ? 0 : fruitlessConnections + 1
        if broughtNew { doubt = nil }
        if broughtNew, let gap = start.gap { floorMicroseconds = max(floorMicroseconds, gap.toMicroseconds) }
        if let obstacle, !obstacle.position.isSamePlace(as: position) { self.obstacle = nil }
        guard let serverFault else { return }
        guard var known = obstacle else {
            obstacle = Obstacle(position: position, cause: "Could not be read, and was skipped: \(serverFault)")
            return
        }
        known.ends += 1
        if known.ends >= StartPlanner.endsBeforeSkip {
            let step = min(max(known.skipMicroseconds, 1), StartPlanner.longestSkipStepMicroseconds)
            known.skipMicroseconds += known.skipMicroseconds == 0 ? 1 : step
        }
        obstacle = known
    }
}
