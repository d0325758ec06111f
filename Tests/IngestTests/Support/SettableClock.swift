import Jetstream
import Synchronization

/// A time of day that the test sets.
final class SettableClock: Sendable {
    private let microseconds: Mutex<Int64>

    init(_ microseconds: Int64) {
        self.microseconds = Mutex(microseconds)
    }

    /// Microseconds since the Unix epoch.
    var now: Int64 {
        get { microseconds.withLock { $0 } }
        set { microseconds.withLock { $0 = newValue } }
    }

    var wallClock: WallClock { WallClock { [self] in now } }
}
