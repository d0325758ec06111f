import NIOCore

/// Writes frames that are bytes already, past the frame encoder, from the place next to the socket.
///
/// Everything that the connection sends passes here, so that here it can be trickled out or thrown away.
final class RawFrameWriter: ChannelOutboundHandler {
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// How often a trickle drops.
    private static let trickleInterval = TimeAmount.milliseconds(20)
    private static let tricklesPerSecond = 50

    /// Whether what is written goes nowhere; what waits already goes on waiting, since it may be the rest of a frame.
    var discards = false {
        didSet {
            if !discards, holdsBack, let context {
                schedule(context)
            }
        }
    }
    /// Called when everything that was held back is out.
    var drained: (() -> Void)?
    /// How fast bytes go out; nil for as fast as the socket takes them.
    var bytesPerSecond: Int?
    private var context: ChannelHandlerContext?
    private var waiting: [(bytes: ByteBuffer, promise: EventLoopPromise<Void>?)] = []
    private var isScheduled = false

    /// Whether there is something that has not been trickled out yet.
    var holdsBack: Bool { !waiting.isEmpty }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
        drained = nil
        for (_, promise) in waiting {
            promise?.fail(ChannelError.ioOnClosedChannel)
        }
        waiting.removeAll()
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        pass(unwrapOutboundIn(data), context, promise)
    }

    /// Writes and flushes bytes, which need not be whole frames.
    func send(_ bytes: ByteBuffer, promise: EventLoopPromise<Void>?) {
        guard let context else {
            promise?.fail(ChannelError.ioOnClosedChannel)
            return
        }
        pass(bytes, context, promise)
        context.flush()
    }

    private func pass(_ bytes: ByteBuffer, _ context: ChannelHandlerContext, _ promise: EventLoopPromise<Void>?) {
        if discards {
            promise?.succeed()
        } else if bytesPerSecond != nil || holdsBack {
            waiting.append((bytes, promise))
            schedule(context)
        } else {
            context.write(wrapOutboundOut(bytes), promise: promise)
        }
    }

    private func schedule(_ context: ChannelHandlerContext) {
        guard !isScheduled else { return }
        isScheduled = true
        context.eventLoop.assumeIsolated().scheduleTask(in: Self.trickleInterval) { [weak self] in
            self?.isScheduled = false
            self?.trickle()
        }
    }

    private func trickle() {
        guard let context, !discards else { return }
        var budget = bytesPerSecond.map { max(1, $0 / Self.tricklesPerSecond) } ?? .max
        while budget > 0, !waiting.isEmpty {
            guard let part = waiting[0].bytes.readSlice(length: min(budget, waiting[0].bytes.readableBytes)) else {
                return
            }
            budget -= part.readableBytes
            let isLast = waiting[0].bytes.readableBytes == 0
            let promise = isLast ? waiting.removeFirst().promise : nil
            context.write(wrapOutboundOut(part), promise: promise)
        }
        context.flush()
        if holdsBack {
            schedule(context)
        } else {
            drained?()
        }
    }
}
