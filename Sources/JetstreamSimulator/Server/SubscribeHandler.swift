import NIOCore
import NIOWebSocket

/// One subscription: reads the log at the pace of the client and answers its frames.
///
/// All of it runs on the connection's event loop. Nothing is read from the log while the channel is not writable, so what
/// waits in the process for one client is bounded by the channel's high-water mark and one chunk.
final class SubscribeHandler: ChannelInboundHandler {
    typealias InboundIn = WebSocketFrame
    typealias OutboundOut = WebSocketFrame

    private enum Phase {
        case streaming
        /// Cut as soon as what was written is in the socket.
        case cutting
        /// A close frame was sent.
        case closing
        case ended
    }

    /// How many chunks are written before other work of the event loop gets its turn.
    private static let chunksPerTurn = 16
    /// How often a connection with a rate is served.
    private static let paceInterval = TimeAmount.milliseconds(5)
    /// How long the client has to answer a close frame.
    private static let closeTimeout = TimeAmount.seconds(3)

    private let shared: SimulatorContext
    private let query: SubscribeQuery
    private let writer: RawFrameWriter
    private let pings: PingSchedule
    private var filter: StreamFilter
    private var context: ChannelHandlerContext?
    private var phase = Phase.streaming
    private var startPosition = 0
    private var position = 0
    private var eventsSent = 0
    private var pendingBytes = 0
    private var isPumping = false
    private var isTurnScheduled = false
    private let start = NIODeadline.now()
    /// When the socket took the last frames, so that a report tells how fast the client read and not how long it stayed.
    private var lastWrite = NIODeadline.now()
    private var reason = "the client went away"

    init(shared: SimulatorContext, query: SubscribeQuery, writer: RawFrameWriter) {
        self.shared = shared
        self.query = query
        self.writer = writer
        pings = PingSchedule(shared: shared)
        filter = StreamFilter(query, names: shared.log.names)
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        position = StreamStart.position(query.cursor, in: shared.log, shared.configuration)
        startPosition = position
        shared.opened(self, on: context.channel, cursor: query.rawCursor)
        pings.start(context: context) { [weak self] in self?.cut(because: "no pong in time") }
        // The upgrade is not complete before this handler is in its place.
        context.eventLoop.assumeIsolated().execute { [weak self] in self?.pump() }
    }

    func channelInactive(context: ChannelHandlerContext) {
        end(context)
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        end(context)
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        pump()
        context.fireChannelWritabilityChanged()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        cut(because: "\(error)")
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let frame = unwrapInboundIn(data)
        guard frame.maskKey != nil else {
            return close(code: .protocolError, because: "the client sent a frame without a mask")
        }
        switch frame.opcode {
        case .ping:
            let pong = WebSocketFrame(fin: true, opcode: .pong, data: frame.unmaskedData)
            context.writeAndFlush(wrapOutboundOut(pong), promise: nil)
        case .pong:
            pings.received(frame.unmaskedData)
        case .connectionClose:
            receivedClose(frame.unmaskedData, context)
        default:
            // The real server reads option updates here; a plain subscriber sends none.
            break
        }
    }

    private func end(_ context: ChannelHandlerContext) {
        guard phase != .ended else { return }
        phase = .ended
        pings.stop()
        self.context = nil
        let seconds = Double((lastWrite - start).nanoseconds) / 1e9
        shared.closed(
            context.channel,
            ConnectionReport(eventsSent: eventsSent, seconds: seconds, reason: reason)
        )
    }
}

/// Sending events.
extension SubscribeHandler {
    /// Sends what there is, as long as the client takes it; called whenever that may have changed.
    func pump() {
        guard !isPumping else { return }
        isPumping = true
        defer { isPumping = false }
        for _ in 0..<Self.chunksPerTurn {
            guard phase == .streaming, let context, context.channel.isWritable else { return }
            let (mostMessages, mostEvents) = allowance()
            guard mostMessages > 0 else { return scheduleTurn(in: Self.paceInterval, context) }
            let batch = shared.log.read(
                from: position,
                mostMessages: mostMessages,
                mostEvents: mostEvents,
                filter: &filter
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
        var events = Int.max
        if let drop = shared.configuration.dropAfterEvents {
            events = min(events, drop - eventsSent)
        }
        if let close = shared.configuration.closeAfter {
            events = min(events, close.events - eventsSent)
        }
        let rate = shared.configuration.connectionEventsPerSecond
        guard rate > 0 else { return (.max, events) }
        let seconds = Double((NIODeadline.now() - start).nanoseconds) / 1e9
        return (max(0, Int(seconds * Double(rate)) - (position - startPosition)), events)
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
        let bytes = batch.frames.readableBytes
        guard bytes > 0 else { return }
        pendingBytes += bytes
        let pending = pendingBytes
        shared.count { statistics in
            statistics.eventsSent += batch.events
            statistics.mostPendingBytes = max(statistics.mostPendingBytes, pending)
        }
        let promise = context.eventLoop.makePromise(of: Void.self)
        promise.futureResult.assumeIsolated().whenComplete { [weak self] _ in self?.wrote(bytes) }
        writer.send(batch.frames, promise: promise)
    }

    private func wrote(_ bytes: Int) {
        pendingBytes -= bytes
        lastWrite = .now()
        if phase == .cutting, pendingBytes == 0 {
            context?.close(promise: nil)
        }
    }

    private func applyFaults() {
        guard phase == .streaming else { return }
        if let close = shared.configuration.closeAfter, eventsSent >= close.events {
            self.close(
                code: WebSocketErrorCode(codeNumber: Int(close.code)),
                because: "close after \(close.events) events"
            )
        } else if let drop = shared.configuration.dropAfterEvents, eventsSent >= drop {
            shared.count { $0.drops += 1 }
            reason = "dropped after \(drop) events"
            phase = .cutting
            if pendingBytes == 0 {
                context?.close(promise: nil)
            }
        }
    }

    private func reachedEnd() {
        guard shared.configuration.closesAtEnd, !shared.configuration.isLive else { return }
        close(code: .normalClosure, because: "the stream ended")
    }
}

/// Ending.
extension SubscribeHandler {
    /// Sends a close frame and waits a moment for the answer.
    ///
    /// - Parameters:
    ///   - code: the status that the client sees.
    ///   - reason: the words that go with it, and into the connection's report.
    func close(code: WebSocketErrorCode, because reason: String) {
        guard phase == .streaming, let context else { return }
        phase = .closing
        self.reason = reason
        var data = context.channel.allocator.buffer(capacity: 2 + reason.utf8.count)
        data.write(webSocketErrorCode: code)
        data.writeString(reason)
        let frame = WebSocketFrame(fin: true, opcode: .connectionClose, data: data)
        context.writeAndFlush(wrapOutboundOut(frame), promise: nil)
        context.eventLoop.assumeIsolated().scheduleTask(in: Self.closeTimeout) { [weak self] in
            self?.context?.close(promise: nil)
        }
    }

    /// Ends the connection without a close frame; what is still in the process is lost.
    func cut(because reason: String) {
        guard phase != .ended, let context else { return }
        if phase == .streaming {
            self.reason = reason
        }
        context.close(promise: nil)
    }

    /// Ends the connection with a reset, so that what is still in the kernel is lost too.
    func reset() {
        guard let context else { return }
        reason = "cut"
        shared.count { $0.drops += 1 }
        SocketReset.close(context.channel)
    }

    private func receivedClose(_ data: ByteBuffer, _ context: ChannelHandlerContext) {
        var data = data
        if phase == .streaming {
            let code = data.getInteger(at: data.readerIndex, as: UInt16.self)
            reason = "the client closed" + (code.map { " with \($0)" } ?? "")
            let echo = data.readSlice(length: min(2, data.readableBytes)) ?? ByteBuffer()
            let frame = WebSocketFrame(fin: true, opcode: .connectionClose, data: echo)
            let promise = context.eventLoop.makePromise(of: Void.self)
            let channel = context.channel
            promise.futureResult.whenComplete { _ in channel.close(promise: nil) }
            // Before the write, which may end the connection at once.
            phase = .closing
            context.writeAndFlush(wrapOutboundOut(frame), promise: promise)
        } else {
            context.close(promise: nil)
        }
    }
}
