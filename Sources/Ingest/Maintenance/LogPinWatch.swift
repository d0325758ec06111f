import Jetstream
import Logging
import Store
import Synchronization

/// Says once that a reader keeps the write-ahead log from being begun anew, and once that it is over.
final class LogPinWatch: CleanupJob {
    private struct State {
        /// Where the log was pinned at the tick before, for somebody who reads for a moment is no trouble.
        var frame: Int?
        var isSaid = false
    }

    private let store: Store
    private let clock: WallClock
    private let logger: Logger
    private let onChange: @Sendable (Int64?) -> Void
    private let state = Mutex(State())

    /// Makes a watch; `onChange` is called with the time since which the log has been pinned, in microseconds since the Unix
    /// epoch, when that is said, and with nil when it is over.
    init(store: Store, clock: WallClock, logger: Logger, onChange: @escaping @Sendable (Int64?) -> Void) {
        self.store = store
        self.clock = clock
        self.logger = logger
        self.onChange = onChange
    }

    func run(_ turn: CleanupTurn) throws {
        guard store.logPin != nil || state.withLock(\.isSaid) else { return }
        // By itself that would only be done again when the log has grown by as much once more.
        try store.checkpoint(.passive)
        let pin = store.logPin
        let (isLasting, wasSaid) = state.withLock { state in
            defer { state.frame = pin?.frame }
            return (pin != nil && state.frame == pin?.frame, state.isSaid)
        }
        if let pin, isLasting, pin.isOverLimit, !wasSaid { say(pin) }
        if pin == nil, wasSaid { sayOver() }
    }

    private func say(_ pin: LogPin) {
        let age = ContinuousClock.now - pin.since
        logger.warning(
            "Somebody reads the database in one transaction; meanwhile the write-ahead log only grows",
            metadata: [
                "for_seconds": "\(age.components.seconds)", "wal_mib": "\(pin.logBytes / 1_048_576)",
                "find": "fuser -v \(store.path)",
            ]
        )
        state.withLock { $0.isSaid = true }
        onChange(clock.now() - age.microseconds)
    }

    private func sayOver() {
        logger.notice("Nobody holds the write-ahead log any more; it is begun anew")
        state.withLock { $0.isSaid = false }
        onChange(nil)
    }
}
