/// Whether a connection shows us what we asked for: a host may answer pings and send nothing of it.
///
/// It learns the usual rate of commits from all connections; a silence in which many should have come is not believed.
/// A value without clock or socket.
struct StreamSight {
    /// Commits from which on the rate is known.
    static let commitsToLearn = 100
    /// So many commits must be missing.
    ///
    /// Streams come in bursts: a smaller number would leave hosts without a reason.
    static let missingCommits = 50.0
    /// So many must be missing for another look at what came since the last one.
    private static let doubtfulCommits = 10.0
    /// The rate is that of about the last hour.
    private static let memory: Duration = .seconds(3600)

    private var commits = 0.0
    private var watched: Duration = .zero
    /// Doubles with each blind connection, so that a stream that has truly become quiet is not left again and again.
    private var patience = 1.0
    /// For how long the connections since the last commit have shown nothing, together: one that is cut again and again
    /// may be blind each time.
    private(set) var silence: Duration = .zero

    init() {}

    /// Starts with what was stored before this run, which ended at a position: that other events have moved past the
    /// last commit when the host was blind.
    init(_ before: StreamMemory, until position: StreamPosition) {
        guard before.commitsInLastHour >= StreamSight.commitsToLearn else { return }
        commits = Double(before.commitsInLastHour)
        watched = StreamSight.memory
        let end = max(position.timeMicroseconds, position.coveredUntilMicroseconds ?? .min)
        if let newest = before.newestMicroseconds { silence = .microseconds(max(0, end - newest)) }
    }

    /// Commits a second; nil while too few were seen.
    var commitsPerSecond: Double? {
        guard commits >= Double(StreamSight.commitsToLearn), watched > .zero else { return nil }
        return commits / watched.inSeconds
    }

    /// How long a connection may show nothing; nil when that cannot be told.
    func longestSilence(atLeast shortest: Duration) -> Duration? {
        commitsPerSecond.map { rate in max(shortest, .seconds(StreamSight.missingCommits / rate)) * patience }
    }

    /// Whether commits should have come in the silence in which the last connection ended, so that it may have been blind.
    func isDoubtful(atLeast shortest: Duration) -> Bool {
        commitsPerSecond.map { rate in silence >= max(shortest, .seconds(StreamSight.doubtfulCommits / rate)) } ?? false
    }

    /// Whether nothing need be missing of a time in which nothing came: a host may answer pings and hold events back.
    ///
    /// Where the rate is not known, any silence is believed.
    func believes(silence: Duration) -> Bool {
        longestSilence(atLeast: .zero).map { silence <= $0 } ?? true
    }

    /// Takes note of commits that came live in a stretch of time.
    mutating func note(commits count: Int, in time: Duration) {
        if count > 0 { patience = 1 }
        commits += Double(count)
        watched += time
        guard watched > StreamSight.memory else { return }
        commits *= StreamSight.memory / watched
        watched = StreamSight.memory
    }

    /// Takes note of the silence in which a connection ended, those before it included; zero when a commit came.
    mutating func noteEnd(silence: Duration) {
        self.silence = silence
    }

    /// Takes note of a connection that was left for being blind.
    mutating func noteBlind() {
        silence = .zero
        patience *= 2
    }
}

extension Duration {
    /// As a number, for rates.
    var inSeconds: Double { self / .seconds(1) }
}
