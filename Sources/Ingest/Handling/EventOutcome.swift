import Store

extension EventApplier {
    /// How an event ended.
    struct Outcome: Equatable {
        var status: ActivityStatus
        /// The words beside the status; nil for a plain success.
        var message: String?
        /// Whose fault an error is; nil for other statuses.
        var errorClass: ErrorClass?

        static let success = Outcome(status: .success, message: nil)

        static func skipped(_ message: String) -> Outcome { Outcome(status: .success, message: message) }

        /// An error that the event is to blame for, unless told otherwise.
        static func error(_ message: String, _ errorClass: ErrorClass = .data) -> Outcome {
            Outcome(status: .error, message: message, errorClass: errorClass)
        }

        /// What SQLite said of an event that it did not take.
        static func refused(_ error: any Error) -> Outcome {
            Outcome.error("Database insert failed: \(error)", ErrorClass(of: error))
        }

        /// What the row of the event carries beside the message.
        ///
        /// - Parameters:
        ///   - attempts: how often it was begun again so far.
        ///   - nowMicroseconds: since the Unix epoch.
        /// - Returns: class and next attempt of an error; nil for other statuses.
        func failure(afterAttempts attempts: Int, nowMicroseconds: Int64) -> ActivityFailure? {
            errorClass.map { errorClass in
                ActivityFailure(
                    errorClass: errorClass,
                    nextAttemptMicroseconds: errorClass == .internal
                        ? RetrySchedule.next(afterAttempts: attempts, nowMicroseconds: nowMicroseconds) : nil
                )
            }
        }
    }
}
