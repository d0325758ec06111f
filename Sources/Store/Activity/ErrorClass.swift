import GRDB

/// Whose fault it is that an event ended as `error`.
package enum ErrorClass: String, Sendable, CaseIterable {
    /// The event's: it cannot be read, says what cannot be, or holds what the tables do not take. It fails again.
    case data

    /// Windsock's, or that of the moment: it may go better the next time, and is tried again by itself.
    case `internal`

    /// Judges an error that is a fault of the event (``FaultKind``) and not of the machine.
    ///
    /// A value that the tables do not take (NOT NULL, CHECK, a type, a length) came with the event. What is wrong between
    /// rows (uniqueness, a foreign key, a trigger) is for nobody but Windsock to keep right.
    package init(of error: any Error) {
        guard let error = error as? DatabaseError else {
            self = .internal
            return
        }
        switch error.extendedResultCode {
        case .SQLITE_CONSTRAINT_NOTNULL, .SQLITE_CONSTRAINT_CHECK, .SQLITE_CONSTRAINT_DATATYPE, .SQLITE_MISMATCH,
            .SQLITE_TOOBIG:
            self = .data
        default:
            self = .internal
        }
    }
}

/// What an `error` row carries beside its message.
package struct ActivityFailure: Sendable, Equatable {
    package var errorClass: ErrorClass

    /// When it is tried again by itself, in microseconds since the Unix epoch; nil when it is not.
    package var nextAttemptMicroseconds: Int64?

    package init(errorClass: ErrorClass, nextAttemptMicroseconds: Int64?) {
        self.errorClass = errorClass
        self.nextAttemptMicroseconds = nextAttemptMicroseconds
    }
}
