import ArgumentParser
import Ingest
import Store

/// `windsock activity retry`: applies events again that had ended as `error`.
struct ActivityRetryCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "retry",
        abstract: "Apply an event again that ended as error, or all of them.",
        discussion: """
            The event is applied from its message as it was received; its effect and its new status are one transaction. \
            Order is kept: an event that is older than what is stored by now changes nothing. A running daemon goes on \
            meanwhile. Exits with 1 when an event failed again.

              windsock activity retry 1042
              windsock activity retry --all-errors
            """
    )

    @OptionGroup var databaseOptions: DatabaseOptions

    @Argument(help: "The event's id, as windsock activity shows it.")
    var id: Int64?

    @Flag(help: "Every event that ended as error.")
    var allErrors = false

    func validate() throws {
        guard (id == nil) == allErrors else { throw ValidationError("say one of: an event's id, or --all-errors") }
    }

    func run() throws {
        let store = try databaseOptions.open(.readWrite)
        let retry = ActivityRetry(store: store)
        var failures = 0
        var count = 0
        let report: (ActivityRetry.Result) throws -> Void = { result in
            count += 1
            if case .applied(_, .success, _) = result {} else { failures += 1 }
            try Output.print(ActivityRetryCommand.words(for: result))
        }
        if let id {
            let result = try retry.retry(id)
            if case .noSuchRow = result { throw StoreError.noActivity(id) }
            try report(result)
        } else {
            try retry.retryAllErrors(report)
            try Output.print("\(Words.count(Int64(count), "event")) applied again, \(failures) without success")
        }
        try store.close()
        if failures > 0 { throw CommandFailure(code: CommandFailure.Code.failure, message: nil) }
    }

    private static func words(for result: ActivityRetry.Result) -> String {
        switch result {
        case .applied(let id, let status, let message):
            let words = message.map { ": \(TerminalText.escaped($0))" } ?? ""
            return "\(id) \(status.rawValue)\(words)"
        case .noSuchRow: return "no such event"
        case .inHand: return "the event is processing: the daemon has it in hand, or applies it when it starts"
        case .alreadySucceeded: return "the event is a success already; nothing was done"
        }
    }
}
