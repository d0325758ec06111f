import NIOCore

/// Faults now.
extension SimulatorServer {
    /// Makes a fault happen, and returns when it has.
    ///
    /// - Parameters:
    ///   - fault: what; where it concerns connections, all that are open.
    ///   - seconds: how long a mode or a refusal lasts. A mode with a time holds for connections that come meanwhile
    ///     too, one without for those that are open, until they end.
    package func inject(_ fault: Fault, seconds: Double? = nil) async {
        // The future of a fault never fails.
        try? await context.perform(fault, seconds: seconds).get()
    }

    /// Ends all connections without a close frame, behind what was written.
    package func cutNow() async {
        await inject(.cut)
    }

    /// Withholds commits from all connections, those that come too, until it is switched off.
    package func setBlind(_ isBlind: Bool) async {
        await switchModes { $0.isBlind = isBlind }
    }

    /// Keeps all connections, those that come too, open without events.
    package func setSilent(_ isSilent: Bool) async {
        await switchModes { $0.isSilent = isSilent }
    }

    /// Answers nothing on all connections, those that come too.
    package func setHalfOpen(_ isHalfOpen: Bool) async {
        await switchModes { $0.isHalfOpen = isHalfOpen }
    }

    /// Trickles bytes out on all connections, those that come too; nil for full speed.
    package func setSpeed(bytesPerSecond: Int?) async {
        await switchModes { $0.bytesPerSecond = bytesPerSecond }
    }

    /// Refuses the next requests for a subscription.
    package func refuse(next count: Int, _ answer: RefusalAnswer) async {
        await inject(.refuse(RefusalPlan(answer, count: count)))
    }

    /// Sets how far old cursors reach, nil for as far as the stream is kept.
    package func setLookBack(_ lookBack: LookBack?) {
        context.faults.lookBack = lookBack
    }

    /// What the server did until now.
    package func ledger() -> [LedgerEntry] { context.ledger.entries }

    /// The dictionary of a wire as it is now; nil if libzstd cannot make one.
    package func dictionary(of wire: Wire) -> ZstdDictionary? { context.dictionaries.current(wire) }

    private func switchModes(_ change: @Sendable (inout ConnectionModes) -> Void) async {
        try? await context.switchModes(change).get()
    }
}
