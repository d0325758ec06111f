import Jetstream
import Logging
import Store
import Synchronization

/// The wall clock for those who delete by it: held back while it is not believed (``BelievedTime``).
final class CautiousClock: Sendable {
    /// For how long a clock that has jumped has to stand: longer than one that is set right after the start needs.
    private static let settlingTime: Duration = .seconds(3600)

    private let clock: WallClock
    private let logger: Logger
    private let start = ContinuousClock.now
    private let believed: Mutex<BelievedTime>

    /// Makes a clock.
    ///
    /// - Parameters:
    ///   - clock: the wall's.
    ///   - lastRun: what the run before has left, which tells the last time that is known to have been; nil when there was
    ///     none, and the wall clock is believed.
    ///   - logger: told when the clock jumps.
    init(_ clock: WallClock, after lastRun: RunRow?, logger: Logger) {
        self.clock = clock
        self.logger = logger
        let known = lastRun?.updatedAtMicroseconds ?? clock.now()
        believed = Mutex(BelievedTime(known, at: .zero, settlingTime: CautiousClock.settlingTime))
    }

    /// The clock for those who need one.
    var wallClock: WallClock { WallClock { [self] in now() } }

    private func now() -> Int64 {
        let wall = clock.now()
        let (microseconds, finding) = believed.withLock { $0.look(wall, at: ContinuousClock.now - start) }
        switch finding {
        case .usual: break
        case .jumped(let distance) where distance > .zero:
            logger.notice(
                "The clock is ahead of where it should be; nothing is deleted by it before it has stood for an hour",
                metadata: ["seconds": "\(distance.components.seconds)"]
            )
        case .jumped(let distance):
            logger.notice("The clock was put back", metadata: ["seconds": "\(-distance.components.seconds)"])
        case .believedAgain:
            logger.notice("The clock has stood for an hour; old activity is deleted by it again")
        }
        return microseconds
    }
}
