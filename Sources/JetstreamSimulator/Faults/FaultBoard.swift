import Synchronization

/// What is wrong with a server right now.
final class FaultBoard: Sendable {
    private struct ActiveRefusal {
        let plan: RefusalPlan
        var remaining: Int?
    }

    private struct State {
        var attempts = 0
        var refusals: [Int: ActiveRefusal] = [:]
        var refusalCount = 0
        var modes = ModeStack()
        /// What the methods of the server switch on and off.
        var switched: ConnectionModes
        var lookBack: LookBack?
    }

    private let state: Mutex<State>

    init(_ configuration: SimulatorConfiguration) {
        state = Mutex(State(switched: configuration.modes, lookBack: configuration.lookBack))
        for plan in configuration.refusals {
            _ = add(plan)
        }
    }

    var lookBack: LookBack? {
        get { state.withLock { $0.lookBack } }
        set { state.withLock { $0.lookBack = newValue } }
    }

    /// The modes of all connections.
    var modes: ConnectionModes { state.withLock { $0.modes.merged.union($0.switched) } }

    func change(_ change: (inout ConnectionModes) -> Void) {
        state.withLock { change(&$0.switched) }
    }

    /// Starts a mode; returns what `remove(modes:)` wants.
    func add(_ modes: ConnectionModes) -> Int {
        state.withLock { $0.modes.add(modes) }
    }

    func remove(modes identifier: Int) {
        state.withLock { $0.modes.remove(identifier) }
    }

    /// Starts to refuse; returns what `remove(refusal:)` wants.
    func add(_ plan: RefusalPlan) -> Int {
        state.withLock { state in
            state.refusalCount += 1
            state.refusals[state.refusalCount] = ActiveRefusal(plan: plan, remaining: plan.count)
            return state.refusalCount
        }
    }

    func remove(refusal identifier: Int) {
        state.withLock { $0.refusals[identifier] = nil }
    }

    /// Counts a request for a subscription, and says how it is to be refused, nil if it is not.
    func refusal() -> RefusalAnswer? {
        state.withLock { state in
            state.attempts += 1
            for (identifier, refusal) in state.refusals.sorted(by: { $0.key < $1.key }) {
                guard refusal.plan.attempts?.contains(state.attempts) ?? true, refusal.remaining != 0 else { continue }
                state.refusals[identifier]?.remaining = refusal.remaining.map { $0 - 1 }
                return refusal.plan.answer
            }
            return nil
        }
    }
}
