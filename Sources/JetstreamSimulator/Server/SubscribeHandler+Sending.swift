import NIOCore
import NIOWebSocket

/// Sending events.
extension SubscribeHandler {
    /// How many chunks are written before other work of the event loop gets its turn; only one where it has to be made.
    private static let chunksPerTurn = 16
    /// How often a connection with a rate is served.
    private static let paceInterval = TimeAmount.milliseconds(5)
    /// How many messages are read from the log at once for a connection that is trickled to.
    private static let messagesPerTrickle = 4

    /// Finds where the stream begins for this connection.
    func beginStream() {
        // That a cursor became too old since the request was let in is no reason to refuse it now.
        let start =
            (try? shared.start(of: query))
            ?? StreamStart(position: shared.faults.lookBack?.floor(of: shared.log) ?? shared.log.beginning)
        position = start.position
        startPosition = position
        var entry = LedgerEntry(.connected, connection: number, detail: start.isClamped ? "clamped" : nil)
        entry.wire = query.wire
        entry.cursor = query.rawCursor
        let first = position < shared.log.tip ? shared.log.entry(at: position) : nil
        entry.firstSeq = first?.number
        entry.firstTimeMicroseconds = first?.timeMicroseconds
        shared.ledger.add(entry)
        if query.wire == .v2, start.isClamped {
            sendText(SecondWireText.outdatedCursor)
        }
    }

    /// Sends what there is, as long as the client takes it; called whenever that may have changed.
    func pump() {
        guard !isPumping, !modes.isSilent, !modes.isHalfOpen else { return }
        isPumping = true
        defer { isPumping = false }
        for _ in 0..<(renderer.isIdentity ? Self.chunksPerTurn : 1) {
            guard phase == .streaming, let context, context.channel.isWritable, !writer.holdsBack else { return }
            let (mostMessages, mostEvents) = allowance()
            guard mostMessages > 0 else { return scheduleTurn(in: Self.paceInterval, context) }
            let batch = shared.log.read(
                from: position,
                mostMessages: mostMessages,
                mostEvents: mostEvents,
                filter: &filter,
                renderer: renderer
            )
            guard let batch else { return reachedEnd() }
            position = batch.nextPosition
            send(batch, context)
            applyFaults()
        }
        if let context {
            scheduleTurn(in: .zero, context)
        }
    }

    /// How many messages may be examined and how many events sent now.
    private func allowance() -> (messages: Int, events: Int) {
        let events = faults.first.map { $0.afterEvents - eventsSent } ?? .max
        let most = modes.bytesPerSecond == nil ? .max : Self.messagesPerTrickle
        let rate = shared.configuration.connectionEventsPerSecond
        guard rate > 0 else { return (most, events) }
        let seconds = Double((NIODeadline.now() - start).nanoseconds) / 1e9
        return (min(most, max(0, Int(seconds * Double(rate)) - (position - startPosition))), events)
    }

    private func scheduleTurn(in delay: TimeAmount, _ context: ChannelHandlerContext) {
        guard !isTurnScheduled else { return }
        isTurnScheduled = true
        context.eventLoop.assumeIsolated().scheduleTask(in: delay) { [weak self] in
            self?.isTurnScheduled = false
            self?.pump()
        }
    }

    private func send(_ batch: EventLog.Batch, _ context: ChannelHandlerContext) {
        eventsSent += batch.events
        sent.add(batch.sent)
        withheld.add(batch.withheld)
        guard batch.frames.readableBytes > 0 else { return }
        shared.count { $0.eventsSent += batch.events }
        write(batch.frames, context)
    }

    /// Sends a message that is no event.
    func sendText(_ text: String) {
        guard let context else { return }
        var frames = ByteBuffer()
        renderer.append(ByteBuffer(string: text), to: &frames)
        write(frames, context)
    }

    /// Writes bytes, and counts them as pending until the socket has them.
    func write(_ frames: ByteBuffer, _ context: ChannelHandlerContext) {
        let bytes = frames.readableBytes
        pendingBytes += bytes
        let pending = pendingBytes
        shared.count { $0.mostPendingBytes = max($0.mostPendingBytes, pending) }
        let promise = context.eventLoop.makePromise(of: Void.self)
        promise.futureResult.assumeIsolated().whenComplete { [weak self] _ in self?.wrote(bytes) }
        writer.send(frames, promise: promise)
    }

    private func wrote(_ bytes: Int) {
        pendingBytes -= bytes
        lastWrite = .now()
        if phase == .cutting, pendingBytes == 0 {
            context?.close(promise: nil)
        }
    }

    private func reachedEnd() {
        guard shared.configuration.closesAtEnd, !shared.configuration.isLive else { return }
        close(code: .normalClosure, because: "the stream ended")
    }

    /// Writes down what was sent and withheld since the last time.
    func recordSpans() {
        if sent.count > 0 {
            shared.ledger.add(LedgerEntry(.sent, connection: number, sent))
        }
        if withheld.count > 0 {
            shared.ledger.add(LedgerEntry(.withheld, connection: number, withheld))
        }
        sent = EventSpan()
        withheld = EventSpan()
    }
}
