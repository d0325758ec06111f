import NIOCore
import NIOWebSocket

/// Going wrong.
extension SubscribeHandler {
    /// Does what is due after the events sent so far.
    func applyFaults() {
        while phase == .streaming, let next = faults.first, eventsSent >= next.afterEvents {
            faults.removeFirst()
            shared.perform(next.fault.fault, seconds: next.fault.seconds, on: self)
        }
    }

    /// What happens to a connection on its own.
    func perform(_ fault: Fault) {
        switch fault {
        case .cut: cutBehindWritten(because: "dropped after \(eventsSent) events")
        case .cutMidFrame: cutMidFrame()
        case .reset: reset()
        case .close(let code):
            close(
                code: WebSocketErrorCode(codeNumber: Int(code)),
                because: "close after \(eventsSent) events"
            )
        case .error(let name): endWithError(name)
        default: preconditionFailure("\(fault.name) happens to the server")
        }
    }

    /// Sends the first half of the next event, or of a made-up message where there is none, and ends the stream.
    private func cutMidFrame() {
        guard phase == .streaming, let context else { return }
        var filter = filter
        let next = shared.log.read(
            from: position,
            mostMessages: .max,
            mostEvents: 1,
            filter: &filter,
            renderer: renderer
        )
        var frame = next?.frames ?? ByteBuffer()
        if frame.readableBytes == 0 {
            renderer.append(ByteBuffer(repeating: UInt8(ascii: " "), count: 100), to: &frame)
        }
        write(frame.getSlice(at: frame.readerIndex, length: frame.readableBytes / 2) ?? frame, context)
        cutBehindWritten(because: "cut in the middle of a frame after \(eventsSent) events")
    }

    private func endWithError(_ name: String) {
        guard phase == .streaming else { return }
        if query.wire == .v2 {
            let next = shared.log.entry(at: position)?.number ?? 0
            sendText(
                SecondWireText.error(
                    name,
                    message: name == "ConsumerTooSlow"
                        ? "reading below the floor rate \(shared.log.tip - position) events behind the tip;"
                            + " reconnect with cursor=\(next)"
                        : "stream read failed; reconnect"
                )
            )
        }
        cutBehindWritten(because: "error \(name)")
    }
}

/// Modes.
extension SubscribeHandler {
    /// Starts a mode of this connection alone.
    func begin(_ modes: ConnectionModes, seconds: Double?) {
        let identifier = ownModes.add(modes)
        updateModes()
        guard let seconds, let context else { return }
        context.eventLoop.assumeIsolated().scheduleTask(in: .nanoseconds(Int64(seconds * 1e9))) { [weak self] in
            guard let self, phase != .ended else { return }
            ownModes.remove(identifier)
            updateModes()
            shared.ledger.add(LedgerEntry(.faultEnded, connection: number, detail: modes.names))
        }
    }

    /// Takes note that modes have begun or ended.
    func updateModes() {
        guard phase != .ended else { return }
        applyModes()
        pump()
    }

    func applyModes() {
        let now = ownModes.merged.union(shared.faults.modes)
        guard now != modes else { return }
        recordSpans()
        modes = now
        filter.isBlind = now.isBlind
        writer.discards = now.isHalfOpen
        writer.bytesPerSecond = now.bytesPerSecond
    }
}

/// The faults that wait for a connection to be sent so many events.
enum FaultSchedule {
    static func faults(
        of configuration: SimulatorConfiguration,
        forConnection number: Int
    ) -> [(afterEvents: Int, fault: ScheduledFault)] {
        var faults = configuration.faults
        if let close = configuration.closeAfter {
            faults.append(ScheduledFault(.connection(nil, afterEvents: close.events), .close(code: close.code)))
        }
        if let drop = configuration.dropAfterEvents {
            faults.append(ScheduledFault(.connection(nil, afterEvents: drop), .cut))
        }
        let own = faults.compactMap { fault -> (afterEvents: Int, fault: ScheduledFault)? in
            guard case .connection(let wanted, let events) = fault.trigger, wanted ?? number == number else {
                return nil
            }
            return (events, fault)
        }
        return own.sorted { $0.afterEvents < $1.afterEvents }
    }
}
