import Store
import Synchronization

/// Ends a copying that is under way, from any thread.
package final class CopyWatch: Sendable {
    private struct State {
        var isEnded = false
        var store: Store?
    }

    private let state = Mutex(State())

    package init() {}

    /// Has what is being copied or verified end, and leave nothing behind.
    package func end() {
        let store = state.withLock { state in
            state.isEnded = true
            return state.store
        }
        store?.interrupt()
    }

    /// Throws `CancellationError` once it was ended.
    func check() throws {
        if state.withLock(\.isEnded) { throw CancellationError() }
    }

    /// Does some reading of a database, which ends with the copying.
    func interrupting<Value>(_ store: Store, _ work: () throws -> Value) throws -> Value {
        state.withLock { $0.store = store }
        defer { state.withLock { $0.store = nil } }
        try check()
        return try work()
    }
}
