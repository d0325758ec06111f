import Synchronization

/// The filters that are wanted now: set from any thread, looked at by the reader.
final class SubscriptionBox: Sendable {
    private let state: Mutex<Subscription>

    init(_ subscription: Subscription) {
        state = Mutex(subscription)
    }

    var wanted: Subscription {
        get { state.withLock { $0 } }
        set { state.withLock { $0 = newValue } }
    }
}
