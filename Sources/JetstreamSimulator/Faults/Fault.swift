/// Something that goes wrong on purpose, or that a client rarely meets.
package enum Fault: Sendable, Equatable {
    /// The end of the TCP stream without a close frame, behind whole frames.
    case cut
    /// The same in the middle of a frame.
    case cutMidFrame
    /// A reset of the TCP connection; what is still in the kernel is lost.
    case reset
    /// A close frame with a status.
    case close(code: UInt16)
    /// The second wire's last frame before an abrupt end, `ConsumerTooSlow` or `InternalError`; on the first, a cut.
    case error(name: String)
    case modes(ConnectionModes)
    /// Requests are refused before the upgrade.
    case refuse(RefusalPlan)
    /// A bad message at the end of the stream, for everybody.
    case malformed(InjectedMessage.Kind)
    /// An account event at the end of the stream.
    case account(AccountStatus)
    /// A sync event at the end of the stream; the first wire does not carry it.
    case sync
    /// Another dictionary on the second wire: the old id is refused from now on.
    case newDictionary
    /// The server begins anew: all connections are reset, the stream is empty, and its numbers begin at 1.
    case instanceReset
    /// Old cursors reach so far from now on.
    case lookBack(LookBack)

    /// What scripts and ledgers call it.
    var name: String {
        switch self {
        case .cut: "cut"
        case .cutMidFrame: "cut-mid-frame"
        case .reset: "reset"
        case .close(let code): "close \(code)"
        case .error(let name): "error \(name)"
        case .modes(let modes): modes.names
        case .refuse(let plan): "refuse \(plan.answer.status)"
        case .malformed(let kind): "malformed \(kind.rawValue)"
        case .account(let status): "account \(status.rawValue)"
        case .sync: "sync"
        case .newDictionary: "new-dictionary"
        case .instanceReset: "instance-reset"
        case .lookBack(.events(let events)): "look-back \(events) events"
        case .lookBack(.seconds(let seconds)): "look-back \(seconds) s"
        }
    }
}

/// A fault and when it happens.
package struct ScheduledFault: Sendable, Equatable {
    package enum Trigger: Sendable, Equatable {
        /// So many seconds after the server began to listen.
        case second(Double)
        /// When a connection was sent so many events; connections count from 1, nil is each of them.
        case connection(Int?, afterEvents: Int)
    }

    package let trigger: Trigger
    package let fault: Fault
    /// How long a mode lasts.
    ///
    /// With a time, what happens at a second holds for connections that come meanwhile too; without, it holds for those
    /// that are open, until they end.
    package let seconds: Double?

    package init(_ trigger: Trigger, _ fault: Fault, seconds: Double? = nil) {
        self.trigger = trigger
        self.fault = fault
        self.seconds = seconds
    }
}
