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
        package var limits = ConnectionLimits()

        package init(hosts: [JetstreamHost], subscription: Subscription, caFile: String?, userAgent: String) {
            precondition(!hosts.isEmpty, "The configuration makes sure that there is a host")
            self.hosts = hosts
            self.subscription = subscription
            self.caFile = caFile
            self.userAgent = userAgent
        }
    }

    /// Failures in a row after which the next host of the list is tried.
    private static let failuresBeforeNextHost = 3

    private let executor = QueueExecutor(label: "windsock.reader")
    private let configuration: Configuration
    private let keeper: any StreamKeeper
    private let clock: WallClock
    private let logger: Logger
    private let isStopping = Mutex(false)
    private let wake: WakeSignal

    package nonisolated let queue: MessageQueue
    package nonisolated let status = ConnectionStatus()

    private var planner = StartPlanner()
    private var backoff = Backoff()
    private var random = SystemRandomNumberGenerator()
    private var hostIndex = 0
    private var failuresOnHost = 0
    private var gapNumber: Int64?

    package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// Makes a reader with a queue of its own; nothing happens until `run`.
    ///
    /// It says nothing unless it is given a logger.
    package init(
        _ configuration: Configuration,
        keeper: any StreamKeeper,
        clock: WallClock,
        logger: Logger = Logger(label: "jetstream") { _ in SwiftLogNoOpLogHandler() },
        queueCapacityBytes: Int = 6 * 1024 * 1024
    ) throws(WebSocketError) {
        let wake = try WakeSignal()
        self.configuration = configuration
        self.keeper = keeper
        self.clock = clock
        self.logger = logger
        self.wake = wake
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

    /// Reads until `stop`.
    package func run() async {
        while !stopping {
            let delay = await connectOnce()
            if !stopping, delay > .zero { wake.wait(until: .now + delay) { self.stopping } }
        }
        status.enter(.stopped, atMicroseconds: clock.now())
    }

    private nonisolated var stopping: Bool { isStopping.withLock { $0 } }

    /// One connection from beginning to end.
    ///
    /// Returns how long to wait before the next.
    private func connectOnce() async -> Duration {
        await queue.drained()
        guard !stopping else { return .zero }
        let host = configuration.hosts[hostIndex % configuration.hosts.count]
        status.update { $0.host = host.name }
        do {
            let before = try position(of: host)
            let start = planner.start(from: before, on: host.name, nowMicroseconds: clock.now())
            try writeDown(start.gap)
            let flowBefore = queue.counters
            let end = readConnection(host, start)
            status.enter(.waiting, atMicroseconds: clock.now())
            queue.noteCoverage(nil)
            await queue.drained()
            guard !stopping else { return .zero }
            let after = try keeper.position() ?? before
            let broughtNew = queue.counters.stored > flowBefore.stored || !after.isSamePlace(as: before)
            // A connection that was never open, or brought nothing at all, says nothing about where to begin.
            if queue.counters.received > flowBefore.received || end.serverFault != nil {
                planner.ended(start, at: after, broughtNew: broughtNew, serverFault: end.serverFault)
            }
            return delay(after: end, on: host, broughtNew: broughtNew)
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

    private func position(of host: JetstreamHost) throws -> StreamPosition {
        if let stored = try keeper.position() { return stored }
        let first = StreamPosition(
            host: host.name,
            wire: host.wire,
            seq: nil,
            timeMicroseconds: clock.now(),
            isPlaceholder: true,
            coveredUntilMicroseconds: nil
        )
        try keeper.begin(first)
        return first
    }

    private func writeDown(_ gap: StreamGap?) throws {
        guard let gap else {
            gapNumber = nil
            return
        }
        if let gapNumber { return try keeper.extendGap(gapNumber, toMicroseconds: gap.toMicroseconds) }
        gapNumber = try keeper.record(gap)
        logger.error(
            "A message ended three connections in a row and is skipped; the gap is written down",
            metadata: ["host": "\(gap.host)", "from": "\(gap.fromMicroseconds)", "cause": "\(gap.cause)"]
        )
    }

    private func delay(after end: ConnectionEnd, on host: JetstreamHost, broughtNew: Bool) -> Duration {
        status.update { $0.lastError = end.description }
        if broughtNew { backoff.reset() }
        failuresOnHost = end.wasOpen ? 0 : failuresOnHost + 1
        if failuresOnHost >= JetstreamReader.failuresBeforeNextHost {
            failuresOnHost = 0
            hostIndex += 1
        }
        if end.serverFault != nil, planner.isSkippingBySmallSteps { backoff.reset() }
        let delay = backoff.next(using: &random)
        logger.warning(
            end.wasOpen ? "Connection ended; the next begins from what is stored" : "Could not connect; trying again",
            metadata: ["host": "\(host.name)", "reason": "\(end)", "wait": "\(delay.inMilliseconds)"]
        )
        return delay
    }

    private func readConnection(_ host: JetstreamHost, _ start: StartPlanner.Start) -> ConnectionEnd {
        // A signal that told of room, and came after the last connection, must not end this attempt.
        wake.drain()
        guard !stopping else { return .stopped }
        status.enter(.connecting, atMicroseconds: clock.now())
        let number = status.snapshot.connections + 1
        do {
            let target = configuration.subscription.target(base: host.url.target, cursor: start.cursor)
            let connection = try WebSocketConnection.open(
                WebSocketConfiguration(
                    url: try host.url.with(target: target),
                    caFile: configuration.caFile,
                    proxy: configuration.proxy,
                    userAgent: configuration.userAgent
                ),
                wake: wake
            )
            status.update { $0.connections = number }
            status.enter(.connected, atMicroseconds: clock.now())
            logger.info("Connected", metadata: ["host": "\(host.name)", "cursor": "\(start.cursor)"])
            let source = StreamSource(host: host.name, wire: host.wire, connection: number)
            var session = ReadingSession(
                connection: connection,
                queue: queue,
                source: source,
                beganLive: start.isLive,
                limits: configuration.limits,
                clock: clock,
                status: status
            )
            return session.run { self.stopping }
        } catch {
            return ConnectionEnd(error: error, wasOpen: false)
        }
    }
}

extension Duration {
    /// For a log: whole milliseconds, with the unit.
    fileprivate var inMilliseconds: String {
        "\(components.seconds * 1_000 + components.attoseconds / 1_000_000_000_000_000) ms"
    }
}
