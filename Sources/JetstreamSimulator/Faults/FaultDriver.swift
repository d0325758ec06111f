import NIOCore
import Synchronization

/// Makes the faults of a script and the random ones happen when their time comes.
final class FaultDriver: Sendable {
    private struct State {
        var random: RandomFaults?
        var isStopped = false
    }

    private let context: SimulatorContext
    private let state: Mutex<State>

    init(_ context: SimulatorContext) {
        self.context = context
        state = Mutex(State(random: context.configuration.randomFaults.map { RandomFaults($0) }))
    }

    /// Does what is to happen at the very beginning, before anybody can connect.
    func begin() {
        for scheduled in context.configuration.faults where scheduled.trigger == .second(0) {
            context.perform(scheduled.fault, seconds: scheduled.seconds)
        }
    }

    /// Starts the clock.
    func start() {
        for scheduled in context.configuration.faults {
            guard case .second(let second) = scheduled.trigger, second > 0 else { continue }
            schedule(in: second) { $0.perform(scheduled.fault, seconds: scheduled.seconds) }
        }
        scheduleRandom()
    }

    func stop() {
        state.withLock { $0.isStopped = true }
    }

    private func scheduleRandom() {
        guard let (delay, fault, seconds) = state.withLock({ $0.random?.next() }) else { return }
        schedule(in: delay) { [weak self] context in
            context.perform(fault, seconds: seconds)
            self?.scheduleRandom()
        }
    }

    private func schedule(in seconds: Double, _ action: @escaping @Sendable (SimulatorContext) -> Void) {
        context.eventLoop.scheduleTask(in: .nanoseconds(Int64(seconds * 1e9))) { [weak self] in
            guard let self, !state.withLock({ $0.isStopped }) else { return }
            action(context)
        }
    }
}
