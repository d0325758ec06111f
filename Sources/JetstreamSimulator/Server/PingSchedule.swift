import NIOCore
import NIOWebSocket

/// Pings one client at intervals and notices when it does not answer.
final class PingSchedule {
    private let shared: SimulatorContext
    private var context: ChannelHandlerContext?
    private var missed: (() -> Void)?
    private var count = 0
    private var next: Scheduled<Void>?
    private var deadline: Scheduled<Void>?

    init(shared: SimulatorContext) {
        self.shared = shared
    }

    /// Starts pinging.
    ///
    /// - Parameters:
    ///   - context: where the pings are written from.
    ///   - missed: called once, when a pong is overdue.
    func start(context: ChannelHandlerContext, missed: @escaping () -> Void) {
        self.context = context
        self.missed = missed
        schedule()
    }

    func stop() {
        next?.cancel()
        deadline?.cancel()
        context = nil
        missed = nil
    }

    /// Takes note of a pong; only the answer to the last ping counts as one.
    func received(_ payload: ByteBuffer) {
        shared.count { $0.pongsReceived += 1 }
        guard String(buffer: payload) == String(count) else { return }
        deadline?.cancel()
        deadline = nil
    }

    private func schedule() {
        let delay = TimeAmount(shared.configuration.pingInterval)
        next = context?.eventLoop.assumeIsolated().scheduleTask(in: delay) { [weak self] in self?.ping() }
    }

    private func ping() {
        schedule()
        // As on the real server, which waits for a pong before it goes on, no two pings are on their way at a time.
        guard let context, deadline == nil else { return }
        count += 1
        shared.count { $0.pingsSent += 1 }
        let frame = WebSocketFrame(fin: true, opcode: .ping, data: ByteBuffer(string: String(count)))
        context.writeAndFlush(NIOAny(frame), promise: nil)
        let delay = TimeAmount(shared.configuration.pongTimeout)
        deadline = context.eventLoop.assumeIsolated().scheduleTask(in: delay) { [weak self] in self?.expire() }
    }

    private func expire() {
        guard let missed else { return }
        deadline = nil
        shared.count { $0.pongTimeouts += 1 }
        missed()
    }
}
