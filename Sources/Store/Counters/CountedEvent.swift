/// What the sums have to know of an event.
package struct CountedEvent: Sendable, Equatable {
    /// That of its `timestamp`, which ``UTCTimestamp/minute(_:)`` tells.
    package var minute: Int64
    package var operation: String
    package var status: ActivityStatus

    package init(minute: Int64, operation: String, status: ActivityStatus) {
        self.minute = minute
        self.operation = operation
        self.status = status
    }
}
