import NIOCore
import Synchronization

/// What the connections of one server share.
final class SimulatorContext: Sendable {
    private struct Connection: Sendable {
        let channel: any Channel
        let handler: NIOLoopBound<SubscribeHandler>
    }

    let configuration: SimulatorConfiguration
    let log: EventLog
    private let counted = Mutex(SimulatorStatistics())
    private let connections = Mutex<[ObjectIdentifier: Connection]>([:])

    init(configuration: SimulatorConfiguration, log: EventLog) {
        self.configuration = configuration
        self.log = log
    }

    var statistics: SimulatorStatistics { counted.withLock { $0 } }

    func count(_ change: (inout SimulatorStatistics) -> Void) {
        counted.withLock { change(&$0) }
    }

    func opened(_ handler: SubscribeHandler, on channel: any Channel, cursor: String?) {
        count { statistics in
            statistics.connectionsOpened += 1
            statistics.connectionsOpen += 1
            statistics.cursors.append(cursor)
        }
        let connection = Connection(channel: channel, handler: NIOLoopBound(handler, eventLoop: channel.eventLoop))
        connections.withLock { $0[ObjectIdentifier(channel)] = connection }
    }

    func closed(_ channel: any Channel, _ report: ConnectionReport) {
        connections.withLock { _ = $0.removeValue(forKey: ObjectIdentifier(channel)) }
        count { $0.connectionsOpen -= 1 }
        configuration.connectionEnded?(report)
    }

    /// Does something with every open connection on its own event loop, and returns when each of them is closed.
    func closeAll(_ action: @escaping @Sendable (SubscribeHandler) -> Void) async {
        let open = connections.withLock { Array($0.values) }
        each(of: open, action)
        for connection in open {
            // How a connection ends is in its report; here only that it ended counts.
            try? await connection.channel.closeFuture.get()
        }
    }

    /// Tells every connection that there is more to read.
    func wakeAll() {
        each(of: connections.withLock { Array($0.values) }) { $0.pump() }
    }

    private func each(of open: [Connection], _ action: @escaping @Sendable (SubscribeHandler) -> Void) {
        for connection in open {
            connection.channel.eventLoop.execute { action(connection.handler.value) }
        }
    }
}
