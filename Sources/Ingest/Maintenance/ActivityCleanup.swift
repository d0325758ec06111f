@preconcurrency import Dispatch
package import Jetstream
package import Logging
package import Store
import Synchronization

/// Keeps the log within its limits for as long as the program runs: a timer whose ticks have one job done after the other,
/// in chunks that give way to the handler.
package actor ActivityCleanup {
    /// What may change while it runs.
    package struct Options: Sendable, Equatable {
        package var retention: Duration
        package var interval: Duration
        /// The most rows that the log may have; nil for any number.
        package var maximumRows: Int64?
        package var maximumPayloadBytes: Int64?
        /// Whether the payload of an event that succeeds at last is emptied.
        package var emptiesPayloads: Bool

        package init(
            retention: Duration,
            interval: Duration,
            maximumRows: Int64? = nil,
            maximumPayloadBytes: Int64?,
            emptiesPayloads: Bool = false
        ) {
            self.retention = retention
            self.interval = interval
            self.maximumRows = maximumRows
            self.maximumPayloadBytes = maximumPayloadBytes
            self.emptiesPayloads = emptiesPayloads
        }
    }

    /// The timer ticks this often, and decides each time whether a sweep is due.
    package static let tickInterval: Duration = .seconds(5)

    /// The handler's turn lasts as long as a chunk took, and no longer than this.
    private static let longestPause: Duration = .milliseconds(100)
    /// How long a chunk waits at most for the write-ahead log to be copied, and how often it looks.
    private static let longestCopying: Duration = .seconds(10)
    private static let copyingPause: Duration = .milliseconds(10)

    private let executor = QueueExecutor(label: "windsock.cleanup")
    private let store: Store
    private let logger: Logger
    /// Nil where nobody watches the disk.
    private let reserve: DiskReserve?
    private let tickInterval: Duration
    private let options: Mutex<Options>
    private let ticks: AsyncStream<Void>
    private let tick: AsyncStream<Void>.Continuation
    private let isStopping = Mutex(false)
    private let sweep: ScheduledSweep
    /// What a tick has done, in this order.
    private let jobs: [any CleanupJob]
    /// Why the last tick's work failed; nil when it did not.
    private var failure: String?

    package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// Makes a clean-up; `onRetry` is called within each transaction that applies an event, which may change an actor,
    /// and `onPin` when a reader begins to hold the write-ahead log, with the time since when, and with nil when it ends.
    package init(
        _ options: Options,
        store: Store,
        clock: WallClock,
        logger: Logger,
        reserve: DiskReserve? = nil,
        tickInterval: Duration = ActivityCleanup.tickInterval,
        onRetry: @escaping @Sendable () -> Void = {},
        onPin: @escaping @Sendable (Int64?) -> Void = { _ in }
    ) {
        self.reserve = reserve
        self.options = Mutex(options)
        self.store = store
        self.logger = logger
        self.tickInterval = tickInterval
        (ticks, tick) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
        sweep = ScheduledSweep(store: store, clock: clock, logger: logger, reserve: reserve, tickInterval: tickInterval)
        let room = DiskRoom(store: store, reserve: reserve)
        jobs = [
            room,
            AccountPurge(store: store),
            sweep,
            room,
            BallastKeeping(reserve: reserve),
            CheckpointWatch(store: store),
            LogPinWatch(store: store, clock: clock, logger: logger, onChange: onPin),
            WaitingRetryJob(store: store, clock: clock, logger: logger, onRetry: onRetry),
        ]
    }

    /// Sweeps that have ended since the start.
    package nonisolated var sweeps: Int { sweep.completed }

    /// Has a sweep done as soon as may be; from any thread.
    package nonisolated func sweepNow() {
        sweep.wish()
        tick.yield()
    }

    /// Takes other limits from the next tick on; from any thread.
    package nonisolated func change(_ options: Options) {
        self.options.withLock { $0 = options }
    }

    /// Ends `run` after the chunk in hand; from any thread.
    package nonisolated func stop() {
        isStopping.withLock { $0 = true }
        tick.finish()
    }

    /// Sweeps at once, and then whenever it is due, until `stop`.
    package func run() async {
        let timer = DispatchSource.makeTimerSource(queue: .global())
        let (seconds, attoseconds) = tickInterval.components
        let interval = DispatchTimeInterval.nanoseconds(Int(seconds) * 1_000_000_000 + Int(attoseconds / 1_000_000_000))
        timer.schedule(deadline: .now(), repeating: interval)
        timer.setEventHandler { [tick] in tick.yield() }
        timer.resume()
        defer { timer.cancel() }
        for await _ in ticks where !stopping {
            await work()
        }
    }

    private nonisolated var stopping: Bool { isStopping.withLock { $0 } }

    private func work() async {
        let turn = CleanupTurn(options: options.withLock { $0 }) { [self] took in try await giveWay(took) }
        do {
            for job in jobs { try await job.run(turn) }
            failure = nil
        } catch is CancellationError {
            return
        } catch {
            reserve?.note(error)
            note("\(error)")
        }
    }

    /// Reports a failure once, and not at each tick for as long as it lasts.
    private func note(_ failure: String) {
        defer { self.failure = failure }
        guard failure != self.failure else { return }
        logger.error("Clean-up failed; it is tried again at every tick", metadata: ["error": "\(failure)"])
    }

    /// Leaves the writer to the handler for as long as the chunk took.
    private func giveWay(_ took: Duration) async throws {
        if stopping { throw CancellationError() }
        // Once it is copied, the log is begun anew instead of growing on.
        if reserve?.isShort == true { try store.checkpoint(.passive) }
        try await Task.sleep(for: min(took, ActivityCleanup.longestPause))
        // What is added to the log meanwhile would have to be copied with the handler standing still.
        let patience = ContinuousClock.now + ActivityCleanup.longestCopying
        while store.isCopyingLog, !stopping, ContinuousClock.now < patience {
            try await Task.sleep(for: ActivityCleanup.copyingPause)
        }
    }
}

extension Duration {
    /// Whole microseconds.
    var microseconds: Int64 { components.seconds * 1_000_000 + components.attoseconds / 1_000_000_000_000 }
}
