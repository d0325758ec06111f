import NIOCore
import NIOPosix
import Synchronization

/// What the connections of one server share.
final class SimulatorContext: Sendable {
    struct Connection: Sendable {
        let channel: any Channel
        let handler: NIOLoopBound<SubscribeHandler>
    }

    let configuration: SimulatorConfiguration
    let log: EventLog
    let source: Mutex<StreamSource>
    let faults: FaultBoard
    let dictionaries: DictionaryShelf
    let ledger: Ledger
    /// Where everything happens that belongs to no connection.
    let eventLoop: any EventLoop
    private let counted = Mutex(SimulatorStatistics())
    private let connections = Mutex<[ObjectIdentifier: Connection]>([:])

    /// - Throws: `SimulatorError.file` if the ledger cannot be written.
    init(configuration: SimulatorConfiguration, log: EventLog, source: consuming StreamSource) throws {
        self.configuration = configuration
        self.log = log
        self.source = Mutex(source)
        faults = FaultBoard(configuration)
        dictionaries = DictionaryShelf(configuration.dictionary, seed: configuration.seed)
        ledger = try Ledger(path: configuration.ledgerPath)
        eventLoop = MultiThreadedEventLoopGroup.singleton.next()
    }

    var statistics: SimulatorStatistics { counted.withLock { $0 } }

    var openConnections: [Connection] { connections.withLock { Array($0.values) } }

    func count(_ change: (inout SimulatorStatistics) -> Void) {
        counted.withLock { change(&$0) }
    }

    /// Where a connection starts.
    func start(of query: SubscribeQuery) throws(SubscribeQuery.Refusal) -> StreamStart {
        try StreamStart(query, in: log, configuration, lookBack: faults.lookBack)
    }

    /// Takes note of a connection; returns its number, from 1.
    func opened(_ handler: SubscribeHandler, on channel: any Channel, cursor: String?) -> Int {
        let number = counted.withLock { statistics in
            statistics.connectionsOpened += 1
            statistics.connectionsOpen += 1
            statistics.cursors.append(cursor)
            return statistics.connectionsOpened
        }
        let connection = Connection(channel: channel, handler: NIOLoopBound(handler, eventLoop: channel.eventLoop))
        connections.withLock { $0[ObjectIdentifier(channel)] = connection }
        return number
    }

    func closed(_ channel: any Channel, _ report: ConnectionReport) {
        connections.withLock { _ = $0.removeValue(forKey: ObjectIdentifier(channel)) }
        count { $0.connectionsOpen -= 1 }
        configuration.connectionEnded?(report)
    }

    /// Does something with every open connection on its own event loop, and returns when each of them is closed.
    func closeAll(_ action: @escaping @Sendable (SubscribeHandler) -> Void) async {
        let open = openConnections
        _ = each(of: open, action)
        for connection in open {
            // How a connection ends is in its report; here only that it ended counts.
            try? await connection.channel.closeFuture.get()
        }
    }

    /// Tells every connection that there is more to read.
    func wakeAll() {
        _ = each(of: openConnections) { $0.pump() }
    }

    /// Does something with connections, each on its own event loop; the result comes when all of it was done.
    func each(
        of open: [Connection],
        _ action: @escaping @Sendable (SubscribeHandler) -> Void
    ) -> EventLoopFuture<Void> {
        .andAllComplete(
            open.map { connection in
                connection.channel.eventLoop.submit { action(connection.handler.value) }
            },
            on: eventLoop
        )
    }
}
