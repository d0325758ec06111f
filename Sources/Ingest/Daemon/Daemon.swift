import Jetstream
package import Logging
import Store
import Synchronization

/// The daemon: what belongs together, put together here and nowhere else.
package struct Daemon: Sendable {
    private let source: SettingsSource
    private let settings: Settings
    private let levels: LogLevelBox
    private let logger: Logger
    private let clock = WallClock.system

    /// Makes a daemon; nothing is opened until `run`.
    ///
    /// - Parameters:
    ///   - source: where the settings come from, to be asked again at SIGHUP.
    ///   - settings: what it said.
    ///   - levels: the log's level, which SIGHUP may change.
    ///   - logger: where to say what happens.
    package init(source: SettingsSource, settings: Settings, levels: LogLevelBox, logger: Logger) {
        self.source = source
        self.settings = settings
        self.levels = levels
        self.logger = logger
    }

    /// Reads, stores and cleans up until SIGTERM or SIGINT.
    ///
    /// What an earlier run left unfinished is applied first. Call ``DaemonSignals/ignoreEarlyOnes()`` before anything
    /// else in the program.
    ///
    /// - Throws: what keeps the database from being opened or recovered; ``DatabaseLock/Held``; `WebSocketError` for a
    ///   host that is no URL; `ZstdDictionaryError` for a dictionary that is not v1's; `StreamRefused` when every host
    ///   refuses at the start what the configuration asks for; `StoreError.damaged` when the file or its disk failed in a
    ///   way after which no write can be relied on.
    package func run() async throws {
        ProcessMemory.giveBackLargeBlocks()
        ProcessMemory.shareHeaps()
        let access = Store.Access.daemon(synchronous: settings.database.storeSynchronous)
        try Store.examine(settings.database.path, for: access)
        // Before the database is opened: a newer version must not migrate it under a daemon that runs.
        let lock = try DatabaseLock(databaseAt: settings.database.path)
        let reserve = DiskReserve(settings.database.reserve, databaseAt: settings.database.path, logger: logger)
        let store = try open(access, reserve)
        // Until here SIGTERM ends the program at once, which loses nothing.
        let signals = await DaemonSignals()
        let parts = try DaemonParts(
            settings,
            store: store,
            lock: lock,
            reserve: reserve,
            clock: clock,
            logger: logger
        )
        logger.notice(
            "Started",
            metadata: [
                "version": "\(windsockVersion)", "database": "\(store.path)",
                "hosts": "\(settings.jetstream.hosts.joined(separator: ", "))",
            ]
        )
        store.whenDamaged { error in
            logger.critical("Stopping, since the database cannot be relied on", metadata: ["error": "\(error)"])
            parts.stop(because: error)
        }
        await run(parts, signals)
        try store.close()
        if let reason = parts.reasonToEnd { throw reason }
        logger.notice("Stopped", metadata: parts.handler.state.metadata)
    }

    /// Runs the parts side by side until they are told to stop.
    private func run(_ parts: DaemonParts, _ signals: DaemonSignals) async {
        let read: @Sendable () async -> Void = {
            do throws(StreamRefused) {
                try await parts.reader.run()
            } catch {
                parts.stop(because: error)
            }
        }
        let running: [@Sendable () async -> Void] = [read, parts.handler.run, parts.cleanup.run]
        let answerer = SignalAnswerer(source: source, settings: settings, levels: levels, parts: parts, logger: logger)
        await withTaskGroup(of: Void.self) { group in
            for run in running { group.addTask { await run() } }
            group.addTask { await answerer.answer(signals) }
            // The answerer ends only when it is cancelled, so these are the parts.
            for _ in running { await group.next() }
            await parts.handler.saveState()
            group.cancelAll()
        }
    }

    /// Opens the database and applies what an earlier run left, on a full disk with the room that was kept back for it.
    private func open(_ access: Store.Access, _ reserve: DiskReserve) throws -> Store {
        do {
            return try openRecovered(access)
        } catch {
            guard reserve.releaseToOpen() else { throw error }
            return try openRecovered(access)
        }
    }

    private func openRecovered(_ access: Store.Access) throws -> Store {
        let store = try Store.open(path: settings.database.path, access: access)
        try recover(store)
        return store
    }

    private func recover(_ store: Store) throws {
        let empties = settings.activity.emptiesPayloads
        let recovered = try RowApplier(store: store, emptiesPayloads: empties, clock: clock).recover()
        if recovered > 0 {
            logger.notice("Applied what an interrupted run had logged", metadata: ["rows": "\(recovered)"])
        }
    }
}

/// The parts that run side by side.
struct DaemonParts: Sendable {
    let reader: JetstreamReader
    let handler: EventHandler
    let cleanup: ActivityCleanup
    private let store: Store
    private let clock: WallClock
    private let ending = EndingReason()

    /// Why the parts had to stop; nil when they were asked to.
    var reasonToEnd: (any Error)? { ending.first }

    /// Connection, sums, position, lag and gaps, for the log.
    var stateMetadata: Logger.Metadata {
        var metadata = handler.state.metadata
        do {
            let (position, gaps) = try store.read { db in
                (try CursorRepository(db).newest(), try GapRepository(db).count())
            }
            metadata["gaps"] = "\(gaps)"
            if let position {
                let lag = Duration.microseconds(clock.now() - position.timeMicroseconds)
                metadata["cursor"] = "\(position.cursor)"
                metadata["lag_seconds"] = "\(lag.components.seconds)"
            }
        } catch {
            metadata["database"] = "\(error)"
        }
        return metadata
    }

    /// Has all parts end once they have finished what they hold; from any thread.
    ///
    /// - Parameter reason: why the program cannot go on; nil when it was asked to end.
    func stop(because reason: (any Error)? = nil) {
        if let reason { ending.note(reason) }
        reader.stop()
        cleanup.stop()
    }

    init(
        _ settings: Settings,
        store: Store,
        lock: DatabaseLock,
        reserve: DiskReserve,
        clock: WallClock,
        logger: Logger
    ) throws {
        self.store = store
        self.clock = clock
        let lastRun = try store.read { db in try RunRepository(db).load() }
        reader = try JetstreamReader(
            try JetstreamReader.Configuration(settings.jetstream),
            keeper: DatabaseKeeper(
                store: store,
                clock: clock,
                filtersBefore: RunState(lastRun)?.connection.filters
            ),
            clock: clock,
            logger: logger
        )
        handler = EventHandler(
            EventHandler.Options(
                commitInterval: .milliseconds(settings.database.commitIntervalMilliseconds),
                emptiesPayloads: settings.activity.emptiesPayloads
            ),
            store: store,
            queue: reader.queue,
            connection: reader.status,
            clock: clock,
            logger: logger,
            reserve: reserve,
            onFault: { lock.write(fault: $0) }
        )
        cleanup = ActivityCleanup(
            settings.activity.cleanup,
            store: store,
            clock: CautiousClock(clock, after: lastRun, logger: logger).wallClock,
            logger: logger,
            reserve: reserve,
            onRetry: handler.forgetActors,
            onPin: handler.note(logPinnedSince:)
        )
    }
}

/// The first reason why the program cannot go on.
private final class EndingReason: Sendable {
    private let reason = Mutex<(any Error)?>(nil)

    var first: (any Error)? { reason.withLock { $0 } }

    func note(_ error: any Error) {
        reason.withLock { $0 = $0 ?? error }
    }
}

extension Settings.Activity {
    var emptiesPayloads: Bool { keepEventJson == .errors }

    /// The most rows that the log may have; nil for any number.
    package var maximumRows: Int64? { maxRows == 0 ? nil : maxRows }

    var cleanup: ActivityCleanup.Options {
        ActivityCleanup.Options(
            retention: .seconds(retentionHours * 3600),
            interval: .seconds(cleanupIntervalSeconds),
            maximumRows: maximumRows,
            maximumPayloadBytes: maxBytes,
            emptiesPayloads: emptiesPayloads
        )
    }
}

extension Settings.Database {
    var reserve: DiskReserve.Limits {
        DiskReserve.Limits(minimumFreeBytes: minFreeBytes, ballastBytes: ballastBytes)
    }

    fileprivate var storeSynchronous: StoreSynchronous {
        switch synchronous {
        case .normal: .normal
        case .full: .full
        }
    }
}

/// `Store.Synchronous` would be looked up in the type `Store`, which has the module's name.
private typealias StoreSynchronous = Synchronous
