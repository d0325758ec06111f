/// What became of an event.
package enum ActivityStatus: String, Sendable, CaseIterable {
    /// Logged, not yet applied.
    case processing

    /// Applied, or skipped for a reason that the message names.
    case success

    /// The record does not fit its lexicon.
    case validationError = "validation_error"

    /// Could not be applied; the message says why.
    case error
}
