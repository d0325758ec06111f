import NIOCore
import NIOHTTP1
import NIOPosix
import NIOWebSocket
import Synchronization

/// A server that sends as fast as its client takes it, pings every 2 s and cuts off who has not answered within 10.
final class FloodServer: Sendable {
    struct Account: Sendable {
        var connections = 0
        var eventsSent = 0
        var pingsSent = 0
        var pongs = 0
        var latePongs = 0
    }

    private final class State: Sendable {
        let account = Mutex(Account())
        let isFlooding = Atomic(true)
    }

    let port: Int

    private let channel: any Channel
    private let state = State()

    var account: Account { state.account.withLock(\.self) }

    init(paddingBytes: Int) throws {
        let state = state
        let upgrader = NIOWebSocketServerUpgrader(
            shouldUpgrade: { channel, _ in channel.eventLoop.makeSucceededFuture([:]) },
            upgradePipelineHandler: { channel, _ in
                channel.eventLoop.makeCompletedFuture {
                    let handler = Handler(state, paddingBytes: paddingBytes)
                    try channel.pipeline.syncOperations.addHandler(handler)
                }
            }
        )
        channel = try ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            // Small, so that a ping waits behind what the client does not read, not behind what this side holds.
            .childChannelOption(.socketOption(.so_sndbuf), value: 64 * 1024)
            .childChannelOption(.writeBufferWaterMark, value: .init(low: 16 * 1024, high: 32 * 1024))
            .childChannelInitializer { channel in
                channel.pipeline.configureHTTPServerPipeline(
                    withServerUpgrade: (upgraders: [upgrader], completionHandler: { _ in })
                )
            }
            .bind(host: "127.0.0.1", port: 0).wait()
        port = channel.localAddress?.port ?? 0
    }

    deinit {
        channel.close(promise: nil)
    }

    /// Ends the flood; connections stay open.
    func rest() {
        state.isFlooding.store(false, ordering: .sequentiallyConsistent)
    }

    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = WebSocketFrame
        typealias OutboundOut = WebSocketFrame

        private static let eventsInTurn = 100

        private let state: State
        private let paddingBytes: Int
        private var isFlooding = false
        private var unanswered: Scheduled<Void>?
        private var pings: RepeatedTask?

        init(_ state: State, paddingBytes: Int) {
            self.state = state
            self.paddingBytes = paddingBytes
        }

        func handlerAdded(context: ChannelHandlerContext) {
            state.account.withLock { $0.connections += 1 }
            let this = NIOLoopBound((self, context), eventLoop: context.eventLoop)
            pings = context.eventLoop.scheduleRepeatedTask(initialDelay: .seconds(2), delay: .seconds(2)) { _ in
                let (handler, context) = this.value
                handler.ping(context)
            }
            flood(context)
        }

        func handlerRemoved(context: ChannelHandlerContext) {
            pings?.cancel()
            unanswered?.cancel()
        }

        func channelWritabilityChanged(context: ChannelHandlerContext) {
            flood(context)
            context.fireChannelWritabilityChanged()
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            switch unwrapInboundIn(data).opcode {
            case .pong:
                state.account.withLock { $0.pongs += 1 }
                unanswered?.cancel()
                unanswered = nil
            case .connectionClose: context.close(promise: nil)
            default: break
            }
        }

        /// Sends until the client holds it up, and lets the loop's other work have its turn in between.
        private func flood(_ context: ChannelHandlerContext) {
            guard !isFlooding else { return }
            isFlooding = true
            defer { isFlooding = false }
            for _ in 0..<Self.eventsInTurn {
                guard context.channel.isActive, context.channel.isWritable,
                    state.isFlooding.load(ordering: .relaxed)
                else { return }
                send(context)
            }
            let this = NIOLoopBound((self, context), eventLoop: context.eventLoop)
            context.eventLoop.execute {
                let (handler, context) = this.value
                handler.flood(context)
            }
        }

        private func send(_ context: ChannelHandlerContext) {
            let number = state.account.withLock { account in
                account.eventsSent += 1
                return account.eventsSent - 1
            }
            let event = StreamEvent(
                key: "k\(number)",
                timeMicroseconds: StreamEvent.start + Int64(number),
                paddingBytes: paddingBytes
            )
            let frame = WebSocketFrame(fin: true, opcode: .text, data: ByteBuffer(string: event.message))
            context.writeAndFlush(wrapOutboundOut(frame), promise: nil)
        }

        private func ping(_ context: ChannelHandlerContext) {
            state.account.withLock { $0.pingsSent += 1 }
            let frame = WebSocketFrame(fin: true, opcode: .ping, data: ByteBuffer(string: "still there?"))
            context.writeAndFlush(wrapOutboundOut(frame), promise: nil)
            guard unanswered == nil else { return }
            let this = NIOLoopBound((self, context), eventLoop: context.eventLoop)
            unanswered = context.eventLoop.scheduleTask(in: .seconds(10)) {
                let (handler, context) = this.value
                handler.state.account.withLock { $0.latePongs += 1 }
                context.close(promise: nil)
            }
        }
    }
}
