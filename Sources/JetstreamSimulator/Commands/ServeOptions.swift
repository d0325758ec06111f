import ArgumentParser

/// What is served.
struct StreamOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Serve this many generated events instead of a live stream.", valueName: "n"))
    var events: Int?

    @Option(
        help: ArgumentHelp(
            "Serve a file with one event a line, byte for byte; lines that are no JSON are sent too.",
            valueName: "path"
        )
    )
    var file: String?

    @Option(help: ArgumentHelp("What the events are made from.", valueName: "number"))
    var seed: UInt64 = 1

    @Option(
        help: ArgumentHelp(
            "When the --events begin, in microseconds since 1970 (default: as long ago as they last, at 500 a second).",
            valueName: "µs"
        )
    )
    var startTime: Int64?

    @Option(
        help: ArgumentHelp(
            """
            Events a second: how many are made (live, default 500), or how many each connection gets (default 0: as \
            fast as it reads).
            """,
            valueName: "n"
        )
    )
    var rate: Int?

    @Flag(help: "Give each event a sequence number (`cursor`), as current hosts do; without it as on legacy hosts.")
    var seq = false

    @Option(help: ArgumentHelp("How many MiB of a live stream stay readable for old cursors.", valueName: "MiB"))
    var lookBack = 256

    func apply(to configuration: inout SimulatorConfiguration) throws {
        guard events == nil || file == nil else {
            throw ValidationError("--events and --file name two streams: give one of them")
        }
        guard (1...1_048_576).contains(lookBack) else {
            throw ValidationError("--look-back: must be between 1 and 1048576 MiB (got \(lookBack))")
        }
        if let events {
            configuration.source = .generated(events: events)
        } else if let file {
            configuration.source = .file(path: file)
        }
        configuration.seed = seed
        configuration.startTimeMicroseconds = startTime
        configuration.eventsPerSecond = rate
        configuration.hasSequences = seq
        configuration.lookBackBytes = lookBack * 1_048_576
    }
}

/// How connections are treated.
struct ConnectionOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The address to listen on.", valueName: "address"))
    var bind = "127.0.0.1"

    @Option(help: ArgumentHelp("The port to listen on; 0 takes a free one.", valueName: "port"))
    var port = 6_008

    @Flag(help: "Send the stream from its beginning to a connection that has no cursor.")
    var fromStart = false

    @Flag(help: "Send the stream from its beginning to a connection whose cursor is later than every event.")
    var replayFutureCursors = false

    @Flag(help: "Close a connection with 1000 at the end of a finite stream, instead of holding it open.")
    var closeAtEnd = false

    @Option(help: ArgumentHelp("How often each connection is pinged.", valueName: "seconds"))
    var pingInterval = 30.0

    @Option(help: ArgumentHelp("How long the pong may take before the connection is cut.", valueName: "seconds"))
    var pongTimeout = 5.0

    func apply(to configuration: inout SimulatorConfiguration) {
        configuration.bindAddress = bind
        configuration.port = port
        configuration.startsFromBeginning = fromStart
        configuration.replaysFutureCursors = replayFutureCursors
        configuration.closesAtEnd = closeAtEnd
        configuration.pingInterval = .seconds(pingInterval)
        configuration.pongTimeout = .seconds(pongTimeout)
    }

    func validate() throws {
        guard (0...65_535).contains(port) else {
            throw ValidationError("--port: must be between 0 and 65535 (got \(port))")
        }
    }
}

/// What goes wrong on purpose.
struct FaultOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Cut each connection, without a close frame, after this many events.", valueName: "n"))
    var dropAfter: Int?

    @Option(
        help: ArgumentHelp("Close each connection with a code after this many events.", valueName: "n:code"),
        transform: ArgumentText.scheduledClose
    )
    var closeAfter: SimulatorConfiguration.ScheduledClose?

    @Option(
        help: ArgumentHelp(
            """
            Send a bad message before the event with this index (from 0), to every connection whose cursor is not \
            later; can be repeated. Kinds: oversize (5 MiB), bad-utf8, bad-frame (a reserved bit), garbage (no JSON), \
            broken-json (an event cut off), missing-fields, wrong-types.
            """,
            valueName: "index:kind"
        ),
        transform: ArgumentText.injection
    )
    var inject: [InjectedMessage] = []

    func apply(to configuration: inout SimulatorConfiguration) {
        configuration.dropAfterEvents = dropAfter
        configuration.closeAfter = closeAfter
        configuration.injections = inject
    }
}

/// Arguments that consist of a number, a colon and something else.
enum ArgumentText {
    /// The codes that RFC 6455, section 7.4 lets an endpoint send.
    private static let closeCodes: Set<UInt16> = Set([1_000, 1_001, 1_002, 1_003]).union(1_007...1_014)
        .union(3_000...4_999)

    static func scheduledClose(_ text: String) throws -> SimulatorConfiguration.ScheduledClose {
        guard let (events, code) = split(text), let code = UInt16(code), closeCodes.contains(code) else {
            throw ValidationError(
                "must be a number of events, a colon and a close code, such as 2000:1001 (got \(text))"
            )
        }
        return SimulatorConfiguration.ScheduledClose(events: events, code: code)
    }

    static func injection(_ text: String) throws -> InjectedMessage {
        guard let (index, kind) = split(text), let kind = InjectedMessage.Kind(rawValue: kind) else {
            let kinds = InjectedMessage.Kind.allCases.map(\.rawValue).joined(separator: ", ")
            throw ValidationError("must be an index, a colon and one of \(kinds), such as 100:garbage (got \(text))")
        }
        return InjectedMessage(index: index, kind: kind)
    }

    private static func split(_ text: String) -> (Int, String)? {
        let parts = text.split(separator: ":", maxSplits: 1)
        guard parts.count == 2, let number = Int(parts[0]), number >= 0 else { return nil }
        return (number, String(parts[1]))
    }
}
