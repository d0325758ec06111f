import NIOCore
import NIOHTTP1
import NIOPosix
import NIOWebSocket
import Synchronization

/// A Jetstream of a few events on a WebSocket server that is not ours.
///
/// A cursor is included, as on the real one. Each connection may end in its own way.
final class NIOStreamServer: Sendable {
    enum Ending: Sendable {
        /// The connection stays open.
        case none
        /// TCP ends without a close frame.
        case cut
        /// TCP is reset.
        case reset
        case close(UInt16)
    }

    /// After how many events of the stream, counted from its first one, a connection ends, and how.
    struct Plan: Sendable {
        var count = Int.max
        var ending = Ending.none
    }

    private final class Log: Sendable {
        let requests = Mutex<[StreamRequest]>([])
        let closeCodes = Mutex<[UInt16?]>([])
    }

    let port: Int

    private let channel: any Channel
    private let log: Log

    /// What clients asked for, in the order in which they came.
    var requests: [StreamRequest] { log.requests.withLock(\.self) }

    /// The codes of close frames that clients sent first.
    var closeCodes: [UInt16?] { log.closeCodes.withLock(\.self) }

    /// Starts a server whose n-th connection follows the n-th plan, later ones the last.
    init(_ events: [StreamEvent], _ plans: [Plan] = []) throws {
        let log = Log()
        let upgrader = NIOWebSocketServerUpgrader(
            shouldUpgrade: { channel, _ in channel.eventLoop.makeSucceededFuture([:]) },
            upgradePipelineHandler: { channel, head in
                channel.eventLoop.makeCompletedFuture {
                    let request = StreamRequest(target: head.uri)
                    let number = log.requests.withLock { requests in
                        requests.append(request)
                        return requests.count - 1
                    }
                    let plan = number < plans.count ? plans[number] : plans.last ?? Plan()
                    let isWanted = { (event: StreamEvent) in event.timeMicroseconds >= request.cursor ?? .max }
                    let messages = events.prefix(plan.count).filter(isWanted).map(\.message)
                    try channel.pipeline.syncOperations.addHandler(Handler(messages, plan.ending, log))
                }
            }
        )
        channel = try ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.pipeline.configureHTTPServerPipeline(
                    withServerUpgrade: (upgraders: [upgrader], completionHandler: { _ in })
                )
            }
            .bind(host: "127.0.0.1", port: 0).wait()
        port = channel.localAddress?.port ?? 0
        self.log = log
    }

    deinit {
        channel.close(promise: nil)
    }

    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = WebSocketFrame
        typealias OutboundOut = WebSocketFrame

        private let messages: [String]
        private let ending: Ending
        private let log: Log
        private var hasClosed = false

        init(_ messages: [String], _ ending: Ending, _ log: Log) {
            self.messages = messages
            self.ending = ending
            self.log = log
        }

        func handlerAdded(context: ChannelHandlerContext) {
            for message in messages { write(.text, ByteBuffer(string: message), context) }
            context.flush()
            switch ending {
            case .none: break
            case .cut: context.close(promise: nil)
            case .reset:
                (context.channel as? any SocketOptionProvider)?.setSoLinger(linger(l_onoff: 1, l_linger: 0))
                    .whenFailure { _ in preconditionFailure("SO_LINGER is always there") }
                context.close(promise: nil)
            case .close(let code):
                hasClosed = true
                var payload = ByteBuffer(integer: code)
                payload.writeString("until later")
                write(.connectionClose, payload, context)
                context.flush()
            }
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            let frame = unwrapInboundIn(data)
            switch frame.opcode {
            case .ping: write(.pong, frame.unmaskedData, context)
            case .connectionClose: finish(frame.unmaskedData, context)
            default: break
            }
            context.flush()
        }

        private func finish(_ payload: ByteBuffer, _ context: ChannelHandlerContext) {
            if !hasClosed {
                let code = payload.getInteger(at: payload.readerIndex, as: UInt16.self)
                log.closeCodes.withLock { $0.append(code) }
                write(.connectionClose, payload, context)
            }
            context.flush()
            context.close(promise: nil)
        }

        private func write(_ opcode: WebSocketOpcode, _ data: ByteBuffer, _ context: ChannelHandlerContext) {
            context.write(wrapOutboundOut(WebSocketFrame(fin: true, opcode: opcode, data: data)), promise: nil)
        }
    }
}
