import NIOCore
import NIOWebSocket

/// One subscription: reads the log at the pace of the client and answers its frames.
///
/// All of it runs on the connection's event loop. Nothing is read from the log while the channel is not writable, so what
/// waits in the process for one client is bounded by the channel's high-water mark and one chunk.
final class SubscribeHandler: ChannelInboundHandler {
    typealias InboundIn = WebSocketFrame
    typealias OutboundOut = WebSocketFrame

    enum Phase {
        /// Nothing is sent before the client says what it wants.
        case awaitingHello
        case streaming
        /// Cut as soon as what was written is in the socket.
        case cutting
        /// A close frame was sent.
        case closing
        case ended
    }

    let shared: SimulatorContext
    let query: SubscribeQuery
    let writer: RawFrameWriter
    let renderer: FrameRenderer
    let pings: PingSchedule
    var messages = ClientMessages()
    var filter: StreamFilter
    private(set) var context: ChannelHandlerContext?
    var phase: Phase
    /// Which of the server's connections this is, from 1.
    private(set) var number = 0
    var startPosition = 0
    var position = 0
    var eventsSent = 0
    /// What goes into the ledger when the connection ends or its modes change.
    var sent = EventSpan()
    var withheld = EventSpan()
    var pendingBytes = 0
    var isPumping = false
    var isTurnScheduled = false
    /// What is in force, its own modes and those of the server.
    var modes = ConnectionModes()
    var ownModes = ModeStack()
    /// Those that wait for this connection to be sent so many events, the next one first.
    var faults: [(afterEvents: Int, fault: ScheduledFault)] = []
    let start = NIODeadline.now()
    /// When the socket took the last frames, so that a report tells how fast the client read and not how long it stayed.
    var lastWrite = NIODeadline.now()
    var reason = "the client went away"

    init(shared: SimulatorContext, query: SubscribeQuery, writer: RawFrameWriter) throws {
        self.shared = shared
        self.query = query
        self.writer = writer
        let isCompressed = query.isCompressed || query.dictionaryID != nil
        let dictionary = isCompressed ? shared.dictionaries.current(query.wire) : nil
        renderer = FrameRenderer(wire: query.wire, compressor: try dictionary.map { try ZstdCompressor($0) })
        renderer.mostMessageBytes = query.selection.mostMessageBytes
        pings = PingSchedule(shared: shared)
        filter = StreamFilter(query.selection, wire: query.wire, names: shared.log.names)
        phase = query.requiresHello ? .awaitingHello : .streaming
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        number = shared.opened(self, on: context.channel, cursor: query.rawCursor)
        faults = FaultSchedule.faults(of: shared.configuration, forConnection: number)
        writer.drained = { [weak self] in self?.pump() }
        pings.start(context: context) { [weak self] in self?.pongIsOverdue() }
        applyModes()
        if phase == .streaming {
            beginStream()
        }
        // The upgrade is not complete before this handler is in its place.
        context.eventLoop.assumeIsolated().execute { [weak self] in
            self?.applyFaults()
            self?.pump()
        }
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
        // NIO has told the client what is wrong with its frame, and ends the connection behind that.
        guard error is NIOWebSocketError else { return cut(because: "\(error)") }
        reason = "\(error)"
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !modes.isHalfOpen else { return }
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
            received(frame)
        }
    }

    private func pongIsOverdue() {
        guard !modes.isHalfOpen else { return }
        cut(because: "no pong in time")
    }

    private func end(_ context: ChannelHandlerContext) {
        guard phase != .ended else { return }
        phase = .ended
        pings.stop()
        self.context = nil
        recordSpans()
        shared.ledger.add(LedgerEntry(.ended, connection: number, detail: reason))
        let seconds = Double((lastWrite - start).nanoseconds) / 1e9
        shared.closed(
            context.channel,
            ConnectionReport(eventsSent: eventsSent, seconds: seconds, reason: reason)
        )
    }
}
