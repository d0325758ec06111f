/// What the newest account event says of an account.
package struct AccountStanding: Sendable, Equatable {
    package var isActive: Bool

    /// Why it is not, in the event's word; nil when the event does not say.
    package var status: String?

    /// Whether its records are left out of all lists meanwhile.
    package var isHidden: Bool

    /// The event's own time, in microseconds since the Unix epoch, and its seq: what a later event is compared with.
    package var timeMicroseconds: Int64
    package var seq: Int64

    package init(isActive: Bool, status: String?, isHidden: Bool, timeMicroseconds: Int64, seq: Int64) {
        self.isActive = isActive
        self.status = status
        self.isHidden = isHidden
        self.timeMicroseconds = timeMicroseconds
        self.seq = seq
    }
}
