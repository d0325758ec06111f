/// Which filters are in force, and which a server has refused.
///
/// A value: what was sent and how it was taken goes in, what to send next comes out.
struct FilterState {
    /// What a server has taken last; nil before the first time.
    private(set) var taken: Subscription?
    private var refused: Subscription?

    init() {}

    /// What to ask for, when this is wanted: what was taken before, if servers refuse it.
    func choice(of wanted: Subscription) -> Subscription {
        guard wanted == refused, let taken else { return wanted }
        return taken
    }

    mutating func noteTaken(_ subscription: Subscription) {
        taken = subscription
    }

    /// Notes that a server refused filters; false when there are none to go back to.
    mutating func noteRefused(_ subscription: Subscription) -> Bool {
        guard let taken, taken != subscription else { return false }
        refused = subscription
        return true
    }
}
