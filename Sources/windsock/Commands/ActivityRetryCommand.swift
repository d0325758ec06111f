import ArgumentParser
import Ingest
import Jetstream
import Store

/// `windsock activity retry`: applies events again that had failed.
struct ActivityRetryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "retry",
        abstract: "Apply events again that failed: some by their ids, those that a filter finds, or all errors.",
        discussion: """
            An event is applied from its message as it was received; its effect and its new status are one transaction. \
            Order is kept: an event that is older than what is stored by now changes nothing. A running daemon goes on \
            meanwhile. The filters are those of windsock activity list, for any time unless told otherwise; what they find \
            is applied from the oldest on. Exits with 1 when an event failed again.

            The daemon tries errors of the class internal again by itself: after 1 min, 10 min, 1 h, 6 h and 24 h. A retry \
            by hand begins that count anew. With --config, messages that could not be decompressed are tried with the \
            dictionary that it names.

              windsock activity retry 1042 1043
              windsock activity retry --class internal --hours 2
              windsock activity retry --all-errors
            """
    )

    @OptionGroup var databaseOptions: DatabaseOptions
    @OptionGroup var filterOptions: ActivityFilterOptions

    @Argument(help: "The ids of events, as windsock activity shows them.")
    var ids: [Int64] = []

    @Flag(help: "Every event that ended as error.")
    var allErrors = false

    @Option(help: ArgumentHelp("How many at most, of those that a filter finds the newest.", valueName: "n"))
    var limit: Int?

    func validate() throws {
        let isFiltered = !filterOptions.isEmpty || limit != nil
        guard [!ids.isEmpty, allErrors, isFiltered].count(where: { $0 }) == 1 else {
            throw ValidationError("say one of: ids of events, --all-errors, or filters such as --class internal")
        }
        if let limit { try Limit.validate(limit) }
        if let status = filterOptions.status, status == .success || status == .processing {
            throw ValidationError("only events with --status error or validation_error can be tried again")
        }
    }

    func run() async throws {
        let settings = try databaseOptions.settings()
        let dictionary = try settings.jetstream.dictionaryFile.map { try ZstdDictionary.v1(fileAt: $0) }
        let store = try databaseOptions.open(.readWrite)
        let retry = ActivityRetry(store: store, dictionary: dictionary)
        var tally = Tally()
        if ids.isEmpty {
            var filter = filterOptions.filter()
            filter.status = filter.status ?? .error
            try await retry.retryAll(filter, limit: limit, giveWay: DaemonTurn.give(after:)) { result in
                try tally.report(result)
            }
        } else {
            for id in ids { try tally.report(try retry.retry(id)) }
        }
        if ids.count != 1 { try Output.print(tally.words) }
        try store.close()
        if tally.failures > 0 { throw CommandFailure(code: CommandFailure.Code.failure, message: nil) }
    }
}

/// What became of the events, as they are done.
private struct Tally {
    private var count = 0
    private(set) var failures = 0

    var words: String { "\(Words.count(Int64(count), "event")) applied again, \(failures) without success" }

    mutating func report(_ result: ActivityRetry.Result) throws {
        count += 1
        if case .applied(_, .success, _) = result {} else { failures += 1 }
        switch result {
        case .applied(let id, let status, let message):
            let words = message.map { ": \(TerminalText.escaped($0))" } ?? ""
            try Output.print("\(id) \(status.rawValue)\(words)")
        case .noSuchRow(let id): Output.complain("\(StoreError.noActivity(id))")
        case .inHand(let id):
            try Output.print("\(id) is processing: the daemon has it in hand, or applies it when it starts")
        case .alreadySucceeded(let id): try Output.print("\(id) is a success already; nothing was done")
        }
    }
}
