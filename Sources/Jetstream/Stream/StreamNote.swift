/// Something that the reader found out about the stream, to be written down with the next batch: in its first commit, so
/// that neither is there without the other.
package enum StreamNote: Sendable, Equatable {
    /// Events may be missing before the batch (invariant 8).
    case gap(StreamGap)
    /// What was missing in the gap of that number has been read again.
    case healed(gap: Int64, how: String)
}

/// What has been seen of the commits that were asked for, all connections together.
package struct SeenCommits: Sendable, Equatable {
    package var count = 0
    /// The time of the newest one, by its server, in microseconds since the Unix epoch; nil before the first.
    package var newestMicroseconds: Int64?

    /// The time of the one that came last, which goes back with a rewind; nil before the first.
    package var latestMicroseconds: Int64?

    package init(count: Int = 0, newestMicroseconds: Int64? = nil, latestMicroseconds: Int64? = nil) {
        self.count = count
        self.newestMicroseconds = newestMicroseconds
        self.latestMicroseconds = latestMicroseconds ?? newestMicroseconds
    }

    /// Counts a commit.
    ///
    /// - Parameters:
    ///   - timeMicroseconds: what it says of its time, since the Unix epoch; a wrong clock says nothing of how far the
    ///     stream has come.
    ///   - receivedAtMicroseconds: when it came.
    package mutating func count(timeMicroseconds: Int64, receivedAtMicroseconds: Int64) {
        count += 1
        guard StreamPosition.isMoved(byMicroseconds: timeMicroseconds, nowMicroseconds: receivedAtMicroseconds) else {
            return
        }
        let time = min(timeMicroseconds, receivedAtMicroseconds)
        newestMicroseconds = max(newestMicroseconds ?? time, time)
        latestMicroseconds = time
    }

    mutating func add(_ other: SeenCommits) {
        count += other.count
        latestMicroseconds = other.latestMicroseconds ?? latestMicroseconds
        if let newest = other.newestMicroseconds { newestMicroseconds = max(newestMicroseconds ?? newest, newest) }
    }
}
