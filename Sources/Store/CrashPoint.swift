#if DEBUG
import Glibc
import Synchronization
#endif

/// A step at which a test has the program killed, to see that the next start makes good what it left.
///
/// In a release build there is none. In a debug build `WINDSOCK_CRASH_AT=log.inserted:3` kills it with SIGKILL when it
/// passes that step for the third time.
package enum CrashPoint: String, CaseIterable, Sendable {
    case migrationBegun = "migration.begun"
    /// The schema is there and not committed.
    case migrationMade = "migration.made"
    case migrationCommitted = "migration.committed"

    // Commit 1.
    case logBegun = "log.begun"
    case logInserted = "log.inserted"
    /// The position stands beside the rows; only the commit is missing.
    case logPositioned = "log.positioned"
    case logCommitted = "log.committed"

    // Commit 2.
    case applyBegun = "apply.begun"
    case applyApplied = "apply.applied"
    case applyCommitted = "apply.committed"
    /// One event of a batch of which one fails.
    case applyAlone = "apply.alone"

    // Recovery at start.
    case recoveryCounted = "recovery.counted"
    case recoveryApplied = "recovery.applied"
    case recoveryCommitted = "recovery.committed"

    // Clean-up.
    case sweepDeleted = "sweep.deleted"
    case sweepCommitted = "sweep.committed"
    case purgeDeleted = "purge.deleted"
    case purgeCommitted = "purge.committed"

    // Moving the write-ahead log into the file.
    case checkpointBegun = "checkpoint.begun"
    case checkpointDone = "checkpoint.done"

    /// Passes the step.
    @inline(__always)
    package static func pass(_ point: CrashPoint) {
        #if DEBUG
        plan?.pass(point)
        #endif
    }

    #if DEBUG
    private static let plan = Plan(getenv("WINDSOCK_CRASH_AT").map { String(cString: $0) })

    private final class Plan: Sendable {
        private let point: CrashPoint
        private let passesLeft: Atomic<Int>

        /// Nil without a step that there is.
        init?(_ text: String?) {
            let parts = text?.split(separator: ":") ?? []
            guard parts.count == 2, let point = CrashPoint(rawValue: String(parts[0])), let pass = Int(parts[1])
            else { return nil }
            self.point = point
            passesLeft = Atomic(pass)
        }

        func pass(_ point: CrashPoint) {
            guard point == self.point, passesLeft.subtract(1, ordering: .relaxed).newValue == 0 else { return }
            kill(getpid(), SIGKILL)
            // The signal may take another thread first.
            while true { pause() }
        }
    }
    #endif
}
