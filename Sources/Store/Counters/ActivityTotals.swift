/// The sums over every event that was ever stored in this database.
package struct ActivityTotals: Sendable, Equatable {
    /// The events that were logged.
    package var stored: Int64 = 0

    /// How many of them ended in each status; for `processing` how many are in it now.
    package var byStatus: [ActivityStatus: Int64] = [:]

    /// How many of each status were deleted from the log.
    package var cleanedByStatus: [ActivityStatus: Int64] = [:]

    /// The bytes of the payloads that are in the log now.
    package var payloadBytes: Int64 = 0

    /// The events that were not logged, by reason.
    package var skippedByReason: [String: Int64] = [:]

    package init() {}

    /// How many events of a status are in the log now.
    package func rows(_ status: ActivityStatus) -> Int64 {
        byStatus[status, default: 0] - cleanedByStatus[status, default: 0]
    }

    /// How many events are in the log now, of any status.
    package var rowsInLog: Int64 { ActivityStatus.allCases.reduce(0) { $0 + rows($1) } }

    /// What the sums leave over; anything but 0 is a fault (invariant 5).
    package var remainder: Int64 {
        stored - byStatus.values.reduce(0, +)
    }
}
