import ArgumentParser
import Ingest
import Logging

/// `windsock run`: the daemon.
struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Read the stream into the database until told to stop.",
        discussion: """
            Without a configuration, reads a public host into windsock.db in the current folder. What the command line \
            says wins over the configuration.

              windsock run --host wss://jetstream1.us-west.bsky.network/subscribe --database /srv/windsock.db
              windsock run --config config.json --log-level debug

            Signals: SIGTERM and SIGINT finish the work in hand and end; SIGHUP reads the configuration again; SIGUSR1 \
            cleans up now; SIGUSR2 writes the state to the log.
            """
    )

    @Option(help: ArgumentHelp("The configuration (JSON); see `windsock check`.", valueName: "file"))
    var config: String?

    @Option(
        help: ArgumentHelp(
            "Read from this host instead of the configured ones; may be given several times.",
            valueName: "url"
        )
    )
    var host: [String] = []

    @Option(help: ArgumentHelp("The database, made if it is not there.", valueName: "path"))
    var database: String?

    @Option(
        help: ArgumentHelp("How much to log: \(LevelArgument.names).", valueName: "level"),
        transform: LevelArgument.level
    )
    var logLevel: Logger.Level?

    func validate() throws {
        for host in host {
            guard let allowed = HostSyntax.whatIsAllowed(insteadOf: host) else { continue }
            throw ValidationError("--host must be \(allowed) (got \(TerminalText.escaped(host)))")
        }
        if database?.isEmpty == true { throw ValidationError("--database must be a path (got nothing)") }
    }

    func run() async throws {
        let source = SettingsSource(file: config, hosts: host, database: database, logLevel: logLevel)
        let settings = try source.load()
        let levels = LogLevelBox(settings.log.level)
        let logger = JournalLogHandler.logger(levels: levels)
        if settings.jetstream.isUnfiltered {
            logger.notice(RunCommand.costOfEverything)
        }
        try await Daemon(source: source, settings: settings, levels: levels, logger: logger).run()
    }

    /// What an operator should know before the whole network comes in (measured on production).
    private static let costOfEverything: Logger.Message = """
        no filter: the whole network costs about 18-25 GB a day on the wire, at 380-500 events a second; \
        to narrow it, set jetstream.wantedCollections or jetstream.wantedDids in the file given with --config
        """
}

/// The names of the log's levels, as arguments.
enum LevelArgument {
    static let names = Logger.Level.allCases.map(\.rawValue).joined(separator: ", ")

    static func level(_ name: String) throws -> Logger.Level {
        guard let level = Logger.Level(rawValue: name) else {
            throw ValidationError("the level must be one of \(names)")
        }
        return level
    }
}
