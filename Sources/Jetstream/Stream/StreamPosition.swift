import Glibc

/// Where in the stream a host was left: what is stored, never what was only read (invariant 7).
package struct StreamPosition: Sendable, Equatable {
    package var host: String
    package var wire: JetstreamWire
    /// The sequence number of the last event; nil from a host that sends none.
    package var seq: Int64?
    /// The newest event's time, in microseconds since the Unix epoch.
    package var timeMicroseconds: Int64
    /// True until the first event is stored: the time is then that of the first start.
    package var isPlaceholder: Bool
    /// Up to when a live connection is known to have delivered everything, though nothing of ours was in it; nil when
    /// that was never so.
    package var coveredUntilMicroseconds: Int64?

    package init(
        host: String,
        wire: JetstreamWire,
        seq: Int64?,
        timeMicroseconds: Int64,
        isPlaceholder: Bool,
        coveredUntilMicroseconds: Int64?
    ) {
        self.host = host
        self.wire = wire
        self.seq = seq
        self.timeMicroseconds = timeMicroseconds
        self.isPlaceholder = isPlaceholder
        self.coveredUntilMicroseconds = coveredUntilMicroseconds
    }

    /// Whether both are at the same event, however much time has been covered since.
    func isSamePlace(as other: StreamPosition) -> Bool {
        host == other.host && seq == other.seq && timeMicroseconds == other.timeMicroseconds
    }
}

/// The rules by which events move the position (invariant 7), for every keeper of one.
extension StreamPosition {
    /// Times before 2020 are no times of this network.
    package static let earliestMicroseconds: Int64 = 1_577_836_800_000_000
    /// No event moves the position past the present by more than this: a poisoned time would skip all that comes before.
    package static let futureLimitMicroseconds: Int64 = 60_000_000

    /// Whether an event of this time moves the position.
    package static func isMoved(byMicroseconds time: Int64, nowMicroseconds: Int64) -> Bool {
        time >= earliestMicroseconds && time <= nowMicroseconds + futureLimitMicroseconds
    }

    /// The position behind a batch.
    ///
    /// - Parameters:
    ///   - source: where the batch came from.
    ///   - current: the position before it; nil when there was none.
    ///   - timeMicroseconds: that of its newest event, no later than its arrival; nil when none moves the position.
    ///   - seq: the last number of the batch; nil when it had none.
    package init(from source: StreamSource, after current: StreamPosition?, timeMicroseconds: Int64?, seq: Int64?) {
        let known = current.flatMap { $0.isPlaceholder || $0.host != source.host ? nil : $0 }
        self.init(
            host: source.host,
            wire: source.wire,
            // A number of the other wire is not one that goes with this time.
            seq: seq ?? (known?.wire == source.wire ? known?.seq : nil),
            timeMicroseconds: max(
                known?.timeMicroseconds ?? .min,
                timeMicroseconds ?? current?.timeMicroseconds ?? 0
            ),
            isPlaceholder: false,
            coveredUntilMicroseconds: known?.coveredUntilMicroseconds
        )
    }
}

/// A stretch of the stream in which events may have been missed (invariant 8).
package struct StreamGap: Sendable, Equatable {
    package var host: String
    package var wire: JetstreamWire
    package var fromMicroseconds: Int64
    package var toMicroseconds: Int64
    package var cause: String

    package init(
        host: String,
        wire: JetstreamWire,
        fromMicroseconds: Int64,
        toMicroseconds: Int64,
        cause: String
    ) {
        self.host = host
        self.wire = wire
        self.fromMicroseconds = fromMicroseconds
        self.toMicroseconds = toMicroseconds
        self.cause = cause
    }
}

/// A gap that was written down.
package struct LoggedGap: Sendable, Equatable {
    package var number: Int64
    package var gap: StreamGap

    package init(number: Int64, gap: StreamGap) {
        self.number = number
        self.gap = gap
    }
}

/// Time that a connection has covered.
package struct StreamCoverage: Sendable, Equatable {
    package var source: StreamSource
    /// When the last frame of any kind came, in microseconds since the Unix epoch.
    package var untilMicroseconds: Int64
    /// Whether the connection began at the present time, so that all it has to deliver is what happens.
    package var beganLive: Bool
}

/// Who keeps the position and the gaps.
///
/// It is asked between two connections and never while one is open.
package protocol StreamKeeper: Sendable {
    /// The position of the host that was stored from last; nil before the very first start.
    func position() throws -> StreamPosition?

    /// Stores a first position, a placeholder.
    func begin(_ position: StreamPosition) throws

    /// Writes a gap down, and returns its number.
    func record(_ gap: StreamGap) throws -> Int64

    /// Moves a gap's end.
    func extendGap(_ number: Int64, toMicroseconds: Int64) throws

    /// The newest gap whose cause begins with a word and that was not healed; nil when there is none.
    func openGap(causedBy word: String) throws -> LoggedGap?

    /// What is known of the commits up to a position, when the same was asked for as now; nil when that was other.
    func memory(before position: StreamPosition, askedWith subscription: Subscription) throws -> StreamMemory?
}

/// What an earlier run knew of the commits that were asked for.
package struct StreamMemory: Sendable, Equatable {
    /// How many came in the hour before the position.
    package var commitsInLastHour: Int
    /// The time of the newest one, no later than the position, since the Unix epoch; nil when there is none.
    package var newestMicroseconds: Int64?

    package init(commitsInLastHour: Int, newestMicroseconds: Int64?) {
        self.commitsInLastHour = commitsInLastHour
        self.newestMicroseconds = newestMicroseconds
    }
}

/// The time of day, as a parameter, so that tests can set it.
package struct WallClock: Sendable {
    /// Microseconds since the Unix epoch.
    package let now: @Sendable () -> Int64

    package init(now: @escaping @Sendable () -> Int64) {
        self.now = now
    }

    package static let system = WallClock {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1_000
    }
}
