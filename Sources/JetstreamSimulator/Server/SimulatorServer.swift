import NIOCore
import NIOHTTP1
import NIOPosix
import NIOWebSocket
import Synchronization

/// A Jetstream server for tests, demonstrations and benchmarks: both wires over ws on one port.
package final class SimulatorServer: Sendable {
    /// How often live mode makes events.
    private static let liveInterval = TimeAmount.milliseconds(10)
    /// How many connections may wait to be accepted.
    private static let backlog: CInt = 256

    let context: SimulatorContext
    private let channel: any Channel
    private let liveEventLoop: any EventLoop
    private let liveTask = Mutex<RepeatedTask?>(nil)
    private let driver: FaultDriver

    /// The address that was bound.
    package let port: Int

    private init(context: SimulatorContext, driver: FaultDriver, channel: any Channel, port: Int) {
        self.context = context
        self.driver = driver
        self.channel = channel
        self.port = port
        liveEventLoop = channel.eventLoop
    }

    /// Makes or reads the events, then listens.
    ///
    /// - Parameter configuration: what to serve and how.
    /// - Returns: the server, listening.
    /// - Throws: `SimulatorError` if the configuration is contradictory, the file unreadable or the port taken.
    package static func start(_ configuration: SimulatorConfiguration) async throws -> SimulatorServer {
        try configuration.validate()
        let log = EventLog(
            limitBytes: configuration.isLive ? configuration.lookBackBytes : .max,
            journal: try configuration.journalPath.map(StreamJournal.init)
        )
        let source = try await NIOThreadPool.singleton.runIfActive {
            try StreamSource(configuration, log: log, nowMicroseconds: WallClock.microseconds())
        }
        let context = try SimulatorContext(configuration: configuration, log: log, source: source)
        let driver = FaultDriver(context)
        driver.begin()
        let channel = try await bind(configuration, context)
        let port = channel.localAddress?.port ?? configuration.port
        let server = SimulatorServer(context: context, driver: driver, channel: channel, port: port)
        if configuration.isLive {
            server.startLive()
        }
        driver.start()
        return server
    }

    private static func bind(
        _ configuration: SimulatorConfiguration,
        _ context: SimulatorContext
    ) async throws -> any Channel {
        do {
            return try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .serverChannelOption(.backlog, value: backlog)
                .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
                .childChannelOption(.socketOption(.tcp_nodelay), value: 1)
                .childChannelInitializer { ConnectionSetup.configure($0, context) }
                .bind(host: configuration.bindAddress, port: configuration.port)
                .get()
        } catch {
            throw SimulatorError.bind(
                address: configuration.bindAddress,
                port: configuration.port,
                reason: "\(error)"
            )
        }
    }

    private func startLive() {
        let task = liveEventLoop.scheduleRepeatedTask(initialDelay: .zero, delay: Self.liveInterval) {
            [weak self] _ in self?.produce()
        }
        liveTask.withLock { $0 = task }
    }

    private func produce() {
        let before = context.log.tip
        context.source.withLock { $0.produceDue(nowMicroseconds: WallClock.microseconds(), to: context.log) }
        if context.log.tip > before {
            context.wakeAll()
        }
    }

    /// What a client of the first wire connects to, or of the second where only that is served.
    package var url: String { url(of: context.configuration.wires == [.v2] ? .v2 : .v1) }

    /// What a client of a wire connects to.
    package func url(of wire: Wire) -> String {
        let path = wire == .v1 ? SubscribeRequest.path : SubscribeRequest.secondPath
        return "ws://\(context.configuration.bindAddress):\(port)\(path)"
    }

    package func statistics() -> SimulatorStatistics { context.statistics }

    /// Puts events at the end of the stream, whence connections that are held open get them.
    package func append(_ lines: [String]) {
        context.source.withLock { $0.append(lines, to: context.log) }
        context.wakeAll()
    }

    /// Puts so many more generated events at the end.
    package func generate(events: Int) {
        context.source.withLock { $0.generate(events, to: context.log) }
        context.wakeAll()
    }

    /// All events as the first wire has them, sync events too, which it leaves out; without injected messages, and in
    /// live mode only those of the look-back.
    package func events() -> [String] { context.log.events() }

    /// Resets the TCP connections of all clients; returns when they are gone.
    package func cutAllConnections() async {
        await context.closeAll { $0.reset() }
    }

    /// Closes all connections with 1001 and stops listening.
    ///
    /// - Throws: an error of the listening socket.
    package func stop() async throws {
        liveTask.withLock { $0?.cancel() }
        driver.stop()
        try await channel.close()
        await context.closeAll { $0.close(code: .goingAway, because: "server shutting down") }
    }
}
