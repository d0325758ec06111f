package import Logging
import Synchronization

/// The level that all loggers of the program share, so that SIGHUP can change it.
package final class LogLevelBox: Sendable {
    private let stored: Mutex<Logger.Level>

    package init(_ level: Logger.Level) {
        stored = Mutex(level)
    }

    package var level: Logger.Level {
        get { stored.withLock { $0 } }
        set { stored.withLock { $0 = newValue } }
    }
}
