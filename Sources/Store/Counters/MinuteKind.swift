/// What the finished events of a minute are counted as; the names are the table's columns.
package enum MinuteKind: String, Sendable, CaseIterable {
    case creates
    case updates
    case deletes
    /// Successes of identities, accounts, syncs and of operations that nobody knows.
    case others
    /// Events of any operation that ended in `error` or `validation_error`.
    case errors

    /// The kind of a finished event.
    package init(operation: String, status: ActivityStatus) {
        switch (status, operation) {
        case (.error, _), (.validationError, _): self = .errors
        case (_, "create"): self = .creates
        case (_, "update"): self = .updates
        case (_, "delete"): self = .deletes
        default: self = .others
        }
    }
}
