/// How a simulated server behaves.
package struct SimulatorConfiguration: Sendable {
    /// Where the events come from.
    package enum Source: Sendable {
        /// Generated all the time, stamped with the wall clock.
        case live
        /// A finite number of generated events, made before the server listens.
        case generated(events: Int)
        /// A file with one event a line.
        case file(path: String)
        /// The given lines.
        case lines([String])
    }

    /// When to send a close frame, and with which code.
    package struct ScheduledClose: Sendable, Equatable {
        package let events: Int
        package let code: UInt16

        package init(events: Int, code: UInt16) {
            self.events = events
            self.code = code
        }
    }

    /// The rate of live mode where none is given: that of production.
    package static let liveEventsPerSecond = 500
    /// The first `cursor` of a generated stream that has them.
    package static let firstSequence: Int64 = 24_588_338_586

    package var source: Source = .live
    package var seed: UInt64 = 1
    /// Microseconds since the Unix epoch at which generated events begin; nil for as long ago as the stream is long.
    package var startTimeMicroseconds: Int64?
    /// In live mode how many events are made, else how many a connection gets; 0 for as fast as the reader takes it; nil
    /// for the mode's own: 500 in live mode, else 0.
    package var eventsPerSecond: Int?
    /// Whether generated events have a `cursor`, as those of current hosts do.
    package var hasSequences = false
    /// How many bytes live mode keeps for connections that start in the past.
    package var lookBackBytes = 268_435_456
    /// Whether a connection without cursor gets the stream from its beginning instead of its tip.
    package var startsFromBeginning = false
    /// Whether a cursor later than every event means the beginning instead of the tip.
    package var replaysFutureCursors = false
    /// Whether a connection that reached the end is closed with 1000 instead of held open.
    package var closesAtEnd = false
    package var pingInterval: Duration = .seconds(30)
    package var pongTimeout: Duration = .seconds(5)
    /// Cut each connection, without a close frame, after so many events.
    package var dropAfterEvents: Int?
    package var closeAfter: ScheduledClose?
    package var injections: [InjectedMessage] = []
    /// What is served; a request for the other is answered with 404.
    package var wires = Set(Wire.allCases)
    /// For both wires; nil for dictionaries that the server trains itself when one is asked for.
    package var dictionary: ZstdDictionary?
    /// How far back old cursors reach; nil for as far as the stream is kept.
    package var lookBack: LookBack?
    package var refusals: [RefusalPlan] = []
    /// The code that each options update is answered with; nil to take the good ones.
    package var optionsRefusalCode: UInt16?
    /// What is wrong with every connection from the beginning.
    package var modes = ConnectionModes()
    /// An account event comes after so many generated ones, each status in turn.
    package var accountEvery: Int?
    /// A sync event comes after so many generated ones.
    package var syncEvery: Int?
    package var faults: [ScheduledFault] = []
    package var randomFaults: RandomFaultPlan?
    /// A file to write the ledger to.
    package var ledgerPath: String?
    /// A file to write the whole stream to, as it is made.
    package var journalPath: String?
    package var bindAddress = "127.0.0.1"
    /// The port to listen on, 0 for any that is free.
    package var port = 0
    /// Called, on the connection's event loop, when a connection has ended.
    package var connectionEnded: (@Sendable (ConnectionReport) -> Void)?

    package init() {}

    var isLive: Bool {
        if case .live = source { true } else { false }
    }

    /// How fast a connection gets events; 0 for as fast as it reads.
    var connectionEventsPerSecond: Int { isLive ? 0 : eventsPerSecond ?? 0 }

    /// Checks what the types cannot say.
    ///
    /// - Throws: `SimulatorError.configuration`, with the field, its value and what is allowed.
    func validate() throws {
        if isLive, (eventsPerSecond ?? Self.liveEventsPerSecond) < 1 {
            throw SimulatorError.configuration("live mode needs a rate of at least 1 event a second")
        }
        if let eventsPerSecond, eventsPerSecond < 0 {
            throw SimulatorError.configuration("rate: must not be negative (got \(eventsPerSecond))")
        }
        if case .generated(let events) = source, events < 0 {
            throw SimulatorError.configuration("events: must not be negative (got \(events))")
        }
        if let dropAfterEvents, dropAfterEvents < 1 {
            throw SimulatorError.configuration("drop-after: must be at least 1 (got \(dropAfterEvents))")
        }
        if let closeAfter, closeAfter.events < 1 {
            throw SimulatorError.configuration("close-after: must be at least 1 event (got \(closeAfter.events))")
        }
        if let bad = injections.first(where: { $0.index < 0 }) {
            throw SimulatorError.configuration("inject: the index must not be negative (got \(bad.index))")
        }
        for (name, every) in [("accounts-every", accountEvery), ("syncs-every", syncEvery)] {
            if let every, every < 1 {
                throw SimulatorError.configuration("\(name): must be at least 1 event (got \(every))")
            }
        }
        if pingInterval <= .zero || pongTimeout <= .zero {
            throw SimulatorError.configuration("ping interval and pong timeout must be longer than nothing")
        }
    }
}
