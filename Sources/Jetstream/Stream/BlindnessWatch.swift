/// Watches during one connection whether what was asked for comes.
struct BlindnessWatch {
    /// Events that are older than this belong to a backlog, whose rate says nothing.
    private static let liveMicroseconds: Int64 = 60_000_000

    private let limits: ConnectionLimits
    private var checkedAt: ContinuousClock.Instant
    /// When the last commit was seen; at first, when the connection was opened, less the silence of those before it.
    private var commitAt: ContinuousClock.Instant
    private var isLive = false
    private var seen: SeenCommits

    init(limits: ConnectionLimits, seen: SeenCommits, sight: StreamSight, now: ContinuousClock.Instant) {
        self.limits = limits
        self.seen = seen
        checkedAt = now
        commitAt = now - sight.silence
    }

    /// Whether it is time to look.
    func isDue(_ now: ContinuousClock.Instant) -> Bool { now - checkedAt >= limits.sightInterval }

    /// Looks: learns the rate from what has come, and tells for how long too little has.
    ///
    /// - Parameters:
    ///   - current: what has been seen by now.
    ///   - sight: the rate.
    ///   - now: the present.
    ///   - nowMicroseconds: the same by the clock of the wall, since the Unix epoch.
    /// - Returns: how long the host has been blind; nil when it is not, as far as can be told.
    mutating func look(
        _ current: SeenCommits,
        _ sight: inout StreamSight,
        now: ContinuousClock.Instant,
        nowMicroseconds: Int64
    ) -> Duration? {
        checkedAt = now
        let count = current.count - seen.count
        guard count == 0 else {
            if isLive { sight.note(commits: count, in: now - commitAt) }
            isLive = (current.newestMicroseconds ?? .min) >= nowMicroseconds - BlindnessWatch.liveMicroseconds
            seen = current
            commitAt = now
            return nil
        }
        guard let longest = sight.longestSilence(atLeast: limits.shortestSilence) else { return nil }
        let silence = now - commitAt
        return silence > longest ? silence : nil
    }

    /// Takes note of the connection's end, for the one after it.
    func end(_ current: SeenCommits, _ sight: inout StreamSight, now: ContinuousClock.Instant) {
        sight.noteEnd(silence: current.count == seen.count ? max(.zero, now - commitAt) : .zero)
    }
}
