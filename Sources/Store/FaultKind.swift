import GRDB

/// Whose fault an error is, which decides what becomes of a batch (invariant 4).
package enum FaultKind: Sendable, Equatable {
    /// The event's own: it ends as `error`, its neighbours are applied.
    case event

    /// The machine's (disk, memory, locks, permissions): the batch is rolled back and tried again.
    case machine

    /// Judges an error by its SQLite result code (https://www.sqlite.org/rescode.html).
    ///
    /// The list is that of the event's faults, so that an unexpected code (SQLITE_ERROR says that a table is missing) or
    /// an unexpected error holds the stream up instead of marking events as bad.
    package init(of error: any Error) {
        switch error {
        case let error as DatabaseError:
            switch error.resultCode {
            case .SQLITE_CONSTRAINT, .SQLITE_MISMATCH, .SQLITE_TOOBIG: self = .event
            default: self = .machine
            }
        default:
            self = .machine
        }
    }
}
