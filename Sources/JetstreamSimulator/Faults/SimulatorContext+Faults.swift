import NIOCore
import Synchronization

extension SimulatorContext {
    /// Makes a fault happen now.
    ///
    /// - Parameters:
    ///   - fault: what.
    ///   - seconds: how long, for those that last.
    ///   - handler: the one connection it happens to, nil for all; to be called on its event loop.
    /// - Returns: done when the fault has happened.
    @discardableResult
    func perform(_ fault: Fault, seconds: Double? = nil, on handler: SubscribeHandler? = nil) -> EventLoopFuture<Void> {
        record(fault.name, connection: handler?.number, seconds: seconds)
        switch fault {
        case .cut, .cutMidFrame, .reset, .close, .error:
            return act(on: handler) { $0.perform(fault) }
        case .modes(let modes):
            return begin(modes, seconds: seconds, on: handler)
        case .refuse(let plan):
            let identifier = faults.add(plan)
            finish(fault.name, in: seconds) { $0.faults.remove(refusal: identifier) }
        case .malformed(let kind):
            source.withLock { $0.append(kind, to: log) }
            wakeAll()
        case .account(let status):
            source.withLock { $0.appendAccount(status, to: log) }
            wakeAll()
        case .sync:
            source.withLock { $0.appendSync(to: log) }
            wakeAll()
        case .newDictionary:
            dictionaries.renew()
        case .instanceReset:
            return act(on: nil) { $0.perform(.reset) }.map {
                self.source.withLock { $0.restart(self.log) }
            }
        case .lookBack(let lookBack):
            faults.lookBack = lookBack
        }
        return eventLoop.makeSucceededVoidFuture()
    }

    private func record(_ name: String, connection: Int?, seconds: Double?) {
        count { $0.faults.append(name) }
        let lasting = seconds.map { " for \($0) s" } ?? ""
        ledger.add(LedgerEntry(.fault, connection: connection, detail: name + lasting))
    }

    /// Changes the modes of all connections.
    func switchModes(_ change: (inout ConnectionModes) -> Void) -> EventLoopFuture<Void> {
        faults.change(change)
        ledger.add(LedgerEntry(.fault, detail: "modes: \(faults.modes.names)"))
        return act(on: nil) { $0.updateModes() }
    }

    private func begin(
        _ modes: ConnectionModes,
        seconds: Double?,
        on handler: SubscribeHandler?
    ) -> EventLoopFuture<Void> {
        guard handler == nil, seconds != nil else {
            return act(on: handler) { $0.begin(modes, seconds: seconds) }
        }
        let identifier = faults.add(modes)
        finish(modes.names, in: seconds) { context in
            context.faults.remove(modes: identifier)
            _ = context.act(on: nil) { $0.updateModes() }
        }
        return act(on: nil) { $0.updateModes() }
    }

    private func finish(_ name: String, in seconds: Double?, _ action: @escaping @Sendable (SimulatorContext) -> Void) {
        guard let seconds else { return }
        eventLoop.scheduleTask(in: .nanoseconds(Int64(seconds * 1e9))) { [weak self] in
            guard let self else { return }
            action(self)
            ledger.add(LedgerEntry(.faultEnded, detail: name))
        }
    }

    private func act(
        on handler: SubscribeHandler?,
        _ action: @escaping @Sendable (SubscribeHandler) -> Void
    ) -> EventLoopFuture<Void> {
        guard let handler else { return each(of: openConnections, action) }
        action(handler)
        return eventLoop.makeSucceededVoidFuture()
    }
}
