import NIOCore
import NIOHTTP1
import NIOPosix
import NIOWebSocket
import Synchronization

/// A WebSocket server that is not ours, on a free port of 127.0.0.1.
///
/// What a client sends tells it what to do.
final class NIOWebSocketServer: Sendable {
    let port: Int

    private let channel: any Channel
    private let log: Log

    /// Frames that clients sent, one word each.
    var seen: [String] { log.entries.withLock(\.self) }

    init() throws {
        let log = Log()
        let upgrader = NIOWebSocketServerUpgrader(
            maxFrameSize: 1 << 20,
            shouldUpgrade: { channel, _ in channel.eventLoop.makeSucceededFuture([:]) },
            upgradePipelineHandler: { channel, _ in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(CommandHandler(log: log))
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

    private final class Log: Sendable {
        let entries = Mutex<[String]>([])
    }

    private final class CommandHandler: ChannelInboundHandler {
        typealias InboundIn = WebSocketFrame
        typealias OutboundOut = WebSocketFrame

        private let log: Log

        init(log: Log) {
            self.log = log
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            let frame = unwrapInboundIn(data)
            let bytes = frame.unmaskedData
            let text = String(buffer: bytes)
            switch frame.opcode {
            case .text: obey(text, context)
            case .binary: send(.binary, bytes, context)
            case .ping:
                note("ping")
                send(.pong, bytes, context)
            case .pong:
                note("pong \(text)")
                send(.text, ByteBuffer(string: "pong \(text)"), context)
            case .connectionClose: finish(bytes, context)
            default: note("unexpected \(frame.opcode)")
            }
        }

        /// Does what a text message says; any other text is sent back.
        private func obey(_ command: String, _ context: ChannelHandlerContext) {
            switch command {
            case "ping": send(.ping, ByteBuffer(string: "are you there"), context)
            case "close": send(.connectionClose, ByteBuffer(bytes: [0x03, 0xE9] + Array("going away".utf8)), context)
            case "vanish": context.close(promise: nil)
            case "fragments":
                send(.text, ByteBuffer(string: "one "), context, isFinal: false)
                send(.ping, ByteBuffer(string: "between"), context)
                send(.continuation, ByteBuffer(string: "two "), context, isFinal: false)
                send(.continuation, ByteBuffer(string: "three"), context)
            default: send(.text, ByteBuffer(string: command), context)
            }
        }

        private func finish(_ payload: ByteBuffer, _ context: ChannelHandlerContext) {
            let code = payload.getInteger(at: payload.readerIndex, as: UInt16.self)
            note("close \(code.map(String.init) ?? "without a code")")
            let frame = WebSocketFrame(fin: true, opcode: .connectionClose, data: payload)
            context.writeAndFlush(wrapOutboundOut(frame)).assumeIsolated().whenComplete { _ in
                context.close(promise: nil)
            }
        }

        private func send(
            _ opcode: WebSocketOpcode,
            _ data: ByteBuffer,
            _ context: ChannelHandlerContext,
            isFinal: Bool = true
        ) {
            context.writeAndFlush(
                wrapOutboundOut(WebSocketFrame(fin: isFinal, opcode: opcode, data: data)),
                promise: nil
            )
        }

        private func note(_ entry: String) {
            log.entries.withLock { $0.append(entry) }
        }
    }
}
