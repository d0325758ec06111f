/// One open connection, read into the queue until it ends.
struct ReadingSession {
    /// What a connection needs of the reader.
    struct Surroundings {
        let queue: MessageQueue
        let limits: ConnectionLimits
        let clock: WallClock
        let status: ConnectionStatus
        /// The filters that are wanted now.
        let subscriptions: SubscriptionBox
        /// Told what the log should have.
        let say: (String) -> Void
    }

    let connection: WebSocketConnection
    let surroundings: Surroundings
    let beganLive: Bool
    private let wire: JetstreamWire

    /// The filters in force here, as far as is known.
    private(set) var subscription: Subscription
    /// Whether the server has taken them, or has had time to refuse them.
    private(set) var isSubscriptionTaken: Bool
    /// The usual rate of commits, learned on.
    private(set) var sight: StreamSight
    /// A gap that this connection reads again; nil when there is none, or it has been read.
    private(set) var healing: LoggedGap?

    /// What was found to be missing where the stream began.
    var gap: StreamGap? { intake.gap }

    private var intake: MessageIntake
    private var watch: BlindnessWatch
    /// The filters that were wanted when they were last looked at; where a server refuses them others are in force.
    private var wanted: Subscription
    private var filtersSentAt = ContinuousClock.now
    /// Since when the queue has been full; nil while it has room.
    private var fullSince: ContinuousClock.Instant?
    /// When the connection last had a chance to be heard: while the queue is full, silence is ours.
    private var listenedFrom = ContinuousClock.now
    private var pingedAt: ContinuousClock.Instant?
    private var lastFrameAt: ContinuousClock.Instant?
    private var lastMessageAt = ContinuousClock.now
    private let openedAt = ContinuousClock.now

    private static let closeTimeout: Duration = .milliseconds(250)

    /// A chunk of fewer messages is one of a stream that trickles: each message that wakes the reader costs more than all
    /// that is done with it, so it looks again only after a moment, for several at once.
    private static let trickleMessages = 8
    private static let tricklePause: Duration = .milliseconds(20)

    init(
        connection: WebSocketConnection,
        intake: MessageIntake,
        surroundings: Surroundings,
        beganLive: Bool,
        request: (subscription: Subscription, wanted: Subscription, isTaken: Bool),
        sight: StreamSight,
        healing: LoggedGap?
    ) {
        self.connection = connection
        self.intake = intake
        self.surroundings = surroundings
        self.beganLive = beganLive
        self.sight = sight
        self.healing = healing
        wire = intake.source.wire
        subscription = request.subscription
        wanted = request.wanted
        isSubscriptionTaken = request.isTaken
        watch = BlindnessWatch(
            limits: surroundings.limits,
            seen: surroundings.queue.seenCommits,
            sight: sight,
            now: .now
        )
    }

    /// Reads until the connection ends, and says why it did.
    mutating func run(isStopping: () -> Bool) -> ConnectionEnd {
        do {
            while !isStopping() {
                if let end = try advance() {
                    connection.close(
                        code: CloseCode.goingAway,
                        reason: "",
                        timeout: ReadingSession.closeTimeout
                    )
                    return end
                }
            }
            connection.close(
                code: CloseCode.goingAway,
                reason: "windsock is stopping",
                timeout: ReadingSession.closeTimeout
            )
            return .stopped
        } catch {
            return ConnectionEnd(error: error, wasOpen: true)
        }
    }

    private mutating func advance() throws(WebSocketError) -> ConnectionEnd? {
        if let end = try step() { return end }
        if let end = try heedFilters() { return end }
        return look()
    }

    /// Waits for one chunk, or for room, and hands on what it held.
    ///
    /// Returns why the connection is to end; nil to go on.
    private mutating func step() throws(WebSocketError) -> ConnectionEnd? {
        let now = ContinuousClock.now
        guard surroundings.queue.hasRoom() else { return try waitForRoom(now) }
        if fullSince != nil {
            fullSince = nil
            listenedFrom = now
        }
        let limits = surroundings.limits
        let heard = max(connection.lastFrameAt, listenedFrom)
        if now - heard >= limits.deadAfter { return .silent }
        let pingDue = heard + limits.pingAfter
        let pinged = pingedAt.map { $0 >= heard } ?? false
        if !pinged, now >= pingDue {
            try connection.ping()
            pingedAt = now
        }
        let deadline = min(
            pinged || now >= pingDue ? heard + limits.deadAfter : pingDue,
            now + max(limits.sightInterval, .milliseconds(10))
        )
        let messages = try receive(until: deadline)
        if messages > 0 { lastMessageAt = .now }
        noteFrames()
        for remark in intake.takeRemarks() { surroundings.say(remark) }
        if let end = intake.end { return end }
        if (1..<ReadingSession.trickleMessages).contains(messages) {
            _ = try connection.receive(until: .now + ReadingSession.tricklePause, reading: false) { _ in }
        }
        return nil
    }

    /// Takes one chunk in; how many messages it held.
    private mutating func receive(until deadline: ContinuousClock.Instant) throws(WebSocketError) -> Int {
        // All messages of a chunk were there at the same time.
        var receivedAt: Int64?
        var messages = 0
        let queue = surroundings.queue
        _ = try connection.receive(until: deadline, while: queue.hasRoom) { message in
            let time = receivedAt ?? surroundings.clock.now()
            receivedAt = time
            messages += 1
            intake.take(message, receivedAtMicroseconds: time)
        }
        return messages
    }

    private mutating func waitForRoom(_ now: ContinuousClock.Instant) throws(WebSocketError) -> ConnectionEnd? {
        let since = fullSince ?? now
        fullSince = since
        let deadline = max(since, surroundings.queue.lastProgress) + surroundings.limits.stuckAfter
        if now >= deadline { return .writerStuck }
        _ = try connection.receive(until: deadline, reading: false) { _ in }
        return nil
    }

    private mutating func noteFrames() {
        guard connection.lastFrameAt != lastFrameAt else { return }
        lastFrameAt = connection.lastFrameAt
        let now = surroundings.clock.now()
        surroundings.status.update { $0.lastFrameMicroseconds = now }
        let silence = connection.lastFrameAt - lastMessageAt
        guard connection.isCaughtUp, intake.mayCover(nowMicroseconds: now), sight.believes(silence: silence) else {
            return
        }
        let hasSettled = connection.lastFrameAt - openedAt >= surroundings.limits.settlingTime
        surroundings.queue.noteCoverage(
            StreamCoverage(source: intake.source, untilMicroseconds: now, beganLive: beganLive && hasSettled)
        )
    }

    /// Sends filters that have changed, where the wire has a way to; else the connection is made anew.
    private mutating func heedFilters() throws(WebSocketError) -> ConnectionEnd? {
        let now = ContinuousClock.now
        let current = surroundings.subscriptions.wanted
        if current != wanted {
            wanted = current
            guard current != subscription else { return nil }
            guard wire == .v1 else { return .filtersChanged }
            try connection.send(text: current.optionsUpdate)
            subscription = current
            isSubscriptionTaken = false
            // What was usual with other filters says nothing of these.
            sight = StreamSight()
            surroundings.status.update { $0.filters = current.fingerprint }
            filtersSentAt = now
            surroundings.say("the changed filters were sent")
        } else if !isSubscriptionTaken, now - filtersSentAt >= surroundings.limits.filtersTakenAfter {
            isSubscriptionTaken = true
            let seen = surroundings.queue.seenCommits
            watch = BlindnessWatch(limits: surroundings.limits, seen: seen, sight: sight, now: now)
        }
        return nil
    }

    /// Looks now and then whether what was asked for comes, and whether a gap has been read again.
    private mutating func look() -> ConnectionEnd? {
        let now = ContinuousClock.now
        // Until the filters are taken, what comes is of those before.
        guard isSubscriptionTaken, watch.isDue(now) else { return nil }
        let queue = surroundings.queue
        let seen = queue.seenCommits
        if let gap = healing?.gap, (seen.latestMicroseconds ?? .min) >= gap.toMicroseconds { noteHealed() }
        // While the handler is held up, what has come cannot be seen.
        guard queue.isDrained else { return nil }
        let nowMicroseconds = surroundings.clock.now()
        let silence = watch.look(seen, &sight, now: now, nowMicroseconds: nowMicroseconds)
        return silence.map { .blind(silence: $0) }
    }

    /// Keeps for the next connection what this one has learned.
    mutating func noteEnd() {
        // What is still to be settled may hold commits.
        guard surroundings.queue.isDrained else { return sight.noteEnd(silence: .zero) }
        // Behind the last frame the connection was dead, and not blind.
        watch.end(surroundings.queue.seenCommits, &sight, now: connection.lastFrameAt)
    }

    private mutating func noteHealed() {
        guard let healing else { return }
        surroundings.queue.note(.healed(gap: healing.number, how: "read again from \(intake.source.host)"))
        self.healing = nil
    }
}
