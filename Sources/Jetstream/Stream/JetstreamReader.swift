package import Logging
import Synchronization

/// The reconnecting stream: from a host into the queue, for as long as the program runs.
///
/// It has an executor of its own, on which it blocks in `poll`; nothing that it does while connected waits for the
/// database (invariant 6). Between two connections it waits until all that was read is stored, and begins again from there.
package actor JetstreamReader {
    package struct Configuration: Sendable {
        package var hosts: [JetstreamHost]
        package var subscription: Subscription
        /// A file of certificates (PEM) to trust instead of the system's; nil for the system's.
        package var caFile: String?
        /// As `WebSocketConfiguration.proxy`.
        package var proxy: String?
        package var userAgent: String
        /// Whether messages may come compressed, from servers that can.
        package var isCompressionWanted = true
        /// The dictionary of v1; nil reads v1 as plain text.
        package var dictionary: ZstdDictionary?
        /// For how long back hosts keep events, as far as is known: what is asked for beyond that may be gone.
        package var lookBack: Duration = .seconds(24 * 3600)
        package var limits = ConnectionLimits()

        package init(hosts: [JetstreamHost], subscription: Subscription, caFile: String?, userAgent: String) {
            precondition(!hosts.isEmpty, "The configuration makes sure that there is a host")
            self.hosts = hosts
            self.subscription = subscription
            self.caFile = caFile
            self.userAgent = userAgent
        }
    }

    /// Begins the cause of every gap that a blind host left.
    static let blindness = "blind"

    private let executor = QueueExecutor(label: "windsock.reader")
    let configuration: Configuration
    let keeper: any StreamKeeper
    let clock: WallClock
    let logger: Logger
    private let isStopping = Mutex(false)
    let wake: WakeSignal
    let subscriptions: SubscriptionBox

    package nonisolated let queue: MessageQueue
    package nonisolated let status = ConnectionStatus()

    var roster: HostRoster
    var planner = StartPlanner()
    var compression: StreamCompression
    var filters = FilterState()
    var sight = StreamSight()
    /// The filters of the last connection; nil before the first one.
    var lastSent: Subscription?
    /// Whether they were changed while it was open.
    var hasChangedFilters = false
    /// The filters by which the stored event came; nil when these are not known.
    var storedWith: Subscription?
    /// A gap of a blind host that is to be read again.
    var healing: LoggedGap?
    /// A gap of a blind host that is still to be written down.
    var unwritten: StreamGap?
    var backoff = Backoff()
    var random = SystemRandomNumberGenerator()
    private var skipNumber: Int64?
    private var newestBefore: Int64?
    var hasSaidUncompressed = false
    private var hasRemembered = false

    package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// Makes a reader with a queue of its own; nothing happens until `run`.
    ///
    /// It says nothing unless it is given a logger.
    package init(
        _ configuration: Configuration,
        keeper: any StreamKeeper,
        clock: WallClock,
        logger: Logger = Logger(label: "jetstream") { _ in SwiftLogNoOpLogHandler() },
        queueCapacityBytes: Int = MessageQueue.usualCapacityBytes
    ) throws(WebSocketError) {
        let wake = try WakeSignal()
        self.configuration = configuration
        self.keeper = keeper
        self.clock = clock
        self.logger = logger
        self.wake = wake
        subscriptions = SubscriptionBox(configuration.subscription)
        planner.lookBackMicroseconds = configuration.lookBack.inWholeMicroseconds
        roster = HostRoster(
            configuration.hosts.map { $0.preferring(configuration.subscription) },
            rest: configuration.limits.hostRest
        )
        compression = StreamCompression(isWanted: configuration.isCompressionWanted, v1: configuration.dictionary)
        queue = MessageQueue(capacityBytes: queueCapacityBytes) { wake.signal() }
    }

    /// Asks the reader to close its connection with 1001 and to end; from any thread.
    ///
    /// What waits in the queue is let go.
    package nonisolated func stop() {
        isStopping.withLock { $0 = true }
        queue.finish()
        wake.signal()
    }

    /// Has other filters take the place of those in force; from any thread.
    ///
    /// A v1 connection goes on with them, any other is made anew. What a server refuses goes back to what it took before.
    package nonisolated func change(_ subscription: Subscription) {
        subscriptions.wanted = subscription
        wake.signal()
    }

    /// Reads until `stop`.
    ///
    /// - Throws: ``StreamRefused`` when every host refuses, before any was ever open, what is asked for.
    package func run() async throws(StreamRefused) {
        defer { status.enter(.stopped, atMicroseconds: clock.now()) }
        while !stopping {
            let delay = await connectOnce()
            if let refused = roster.refused { throw refused }
            if !stopping, delay > .zero { wake.wait(until: .now + delay) { self.stopping } }
        }
    }

    nonisolated var stopping: Bool { isStopping.withLock { $0 } }

    /// One connection from beginning to end.
    ///
    /// Returns how long to wait before the next.
    private func connectOnce() async -> Duration {
        await queue.drained()
        guard !stopping else { return .zero }
        let choice = roster.next(now: .now)
        showResting()
        guard case .connect(let endpoint) = choice else {
            status.enter(.waiting, atMicroseconds: clock.now())
            if case .wait(let until) = choice { return until - .now }
            return .zero
        }
        status.update { $0.host = endpoint.host }
        do {
            return try await connect(to: endpoint)
        } catch {
            status.enter(.waiting, atMicroseconds: clock.now())
            let delay = backoff.next(using: &random)
            logger.error(
                "The database does not say where to begin; trying again",
                metadata: ["error": "\(error)", "wait": "\(delay.inMilliseconds)"]
            )
            return delay
        }
    }

    private func connect(to endpoint: JetstreamEndpoint) async throws -> Duration {
        let before = try position(at: endpoint)
        try remember(before)
        try writeUnwritten()
        if healing == nil {
            let isDoubtful = sight.isDoubtful(atLeast: configuration.limits.doubtfulSilence)
            planner.rewind(toMicroseconds: isDoubtful ? newestCommitMicroseconds : nil)
        }
        let start = planner.start(from: before, on: endpoint.host, nowMicroseconds: clock.now())
        try writeDown(start.gap)
        let flowBefore = queue.counters
        let seenBefore = queue.seenCommits
        let end = readConnection(endpoint, start)
        // Going back would only meet again what cannot be got past.
        if end.serverFault != nil { sight.noteEnd(silence: .zero) }
        status.enter(.waiting, atMicroseconds: clock.now())
        queue.noteCoverage(nil)
        await queue.drained()
        guard !stopping else { return .zero }
        noteReadAgain(since: seenBefore)
        // What the connection showed is heeded, also when the database does not answer now.
        let stored = Result { try keeper.position() }
        let after = (try? stored.get()) ?? before
        let broughtNew = queue.counters.stored > flowBefore.stored || !after.isSamePlace(as: before)
        if broughtNew { storedWith = hasChangedFilters ? nil : lastSent }
        // A connection that was never open, or brought nothing at all, says nothing about where to begin.
        if queue.counters.received > flowBefore.received || end.serverFault != nil {
            planner.ended(start, at: after, broughtNew: broughtNew, serverFault: end.serverFault)
        }
        try heed(end, at: endpoint, start)
        _ = try stored.get()
        return delay(after: end, on: endpoint, broughtNew: broughtNew)
    }

    /// Goes on reading a gap again from where a connection that ended got to.
    private func noteReadAgain(since before: SeenCommits) {
        let seen = queue.seenCommits
        guard let gap = healing?.gap, seen.count > before.count, let latest = seen.latestMicroseconds else { return }
        planner.rewind(toMicroseconds: max(gap.fromMicroseconds, min(latest, gap.toMicroseconds)))
    }

    private func position(at endpoint: JetstreamEndpoint) throws -> StreamPosition {
        if let stored = try keeper.position() { return stored }
        let first = StreamPosition(
            host: endpoint.host,
            wire: endpoint.wire,
            seq: nil,
            timeMicroseconds: clock.now(),
            isPlaceholder: true,
            coveredUntilMicroseconds: nil
        )
        try keeper.begin(first)
        return first
    }

    /// Takes up what an earlier run of the program knew.
    private func remember(_ position: StreamPosition) throws {
        guard !hasRemembered else { return }
        if let memory = try keeper.memory(before: position, askedWith: subscriptions.wanted) {
            sight = StreamSight(memory, until: position)
            newestBefore = memory.newestMicroseconds
            storedWith = subscriptions.wanted
        }
        healing = try keeper.openGap(causedBy: JetstreamReader.blindness)
        if let from = healing?.gap.fromMicroseconds { planner.rewind(toMicroseconds: from) }
        hasRemembered = true
    }

    /// The time of the newest commit that was seen, in this run or before it; nil when there was none.
    var newestCommitMicroseconds: Int64? { queue.seenCommits.newestMicroseconds ?? newestBefore }

    private func writeDown(_ gap: StreamGap?) throws {
        guard let gap else {
            skipNumber = nil
            return
        }
        if let skipNumber { return try keeper.extendGap(skipNumber, toMicroseconds: gap.toMicroseconds) }
        skipNumber = try keeper.record(gap)
        logger.error(
            "A message ended three connections in a row and is skipped; the gap is written down",
            metadata: ["host": "\(gap.host)", "from": "\(gap.fromMicroseconds)", "cause": "\(gap.cause)"]
        )
    }

    private func showResting() {
        let (now, nowMicroseconds) = (ContinuousClock.now, clock.now())
        let resting = roster.resting(now: now).map { host in
            ConnectionStatus.Snapshot.Resting(
                host: host.host,
                untilMicroseconds: nowMicroseconds + (host.until - now).inWholeMicroseconds,
                reason: host.reason
            )
        }
        status.update { $0.resting = resting.isEmpty ? nil : resting }
    }
}

extension Duration {
    /// For a log: whole milliseconds, with the unit.
    var inMilliseconds: String {
        "\(components.seconds * 1_000 + components.attoseconds / 1_000_000_000_000_000) ms"
    }
}
