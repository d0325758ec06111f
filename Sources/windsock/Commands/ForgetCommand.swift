import ArgumentParser
import Ingest
import Jetstream
import Store

/// `windsock forget`: erases a person.
struct ForgetCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "forget",
        abstract: "Erase a person: records, events, handle and standing.",
        discussion: """
            What is erased is overwritten in the file, and does not come back when the stream is read again; a hash of the \
            DID stays to tell. Events that happen later are stored again, unless --block keeps them away for good. A \
            running daemon goes on meanwhile. Backups are not touched, nor what others wrote about the person. Exits with \
            1 when something could not be erased yet.

              windsock forget did:plc:z72i7hdynmk6r22z27h6tvur --dry-run
              windsock forget did:plc:z72i7hdynmk6r22z27h6tvur --block
            """
    )

    @OptionGroup var databaseOptions: DatabaseOptions

    @Argument(help: "The person.")
    var did: String

    @Flag(help: "Keep later events away, too.")
    var block = false

    @Flag(help: "Only say what would be erased.")
    var dryRun = false

    func validate() throws {
        guard did.hasPrefix("did:") else {
            throw ValidationError("a person is named by a DID, such as did:plc:... (got \(TerminalText.escaped(did)))")
        }
    }

    func run() async throws {
        let store = try databaseOptions.open(dryRun ? .readOnly : .readWrite)
        var erasure = PersonErasure(did, store: store, giveWay: DaemonTurn.give(after:))
        if dryRun { return try Output.print("would erase \(ForgetCommand.words(for: erasure.count()))") }
        let start = WallClock.system.now()
        let result = try await erasure.run(isBlocked: block)
        try Output.print("erased \(ForgetCommand.words(for: result))")
        let kept =
            block
            ? "no events of this DID are stored any more"
            : "events up to \(Words.time(microseconds: start)) UTC do not come back"
        try Output.print("\(kept); backups and the logs of the system are not touched")
        try store.close()
        if let rest = ForgetCommand.rest(of: result, at: store.path) {
            throw CommandFailure(code: CommandFailure.Code.failure, message: rest)
        }
    }

    private static func words(for result: PersonErasure.Result) -> String {
        let messages = "\(Words.count(Int64(result.events), "event")) (\(Words.bytes(result.payloadBytes)) of messages)"
        let account =
            result.knewAccount ? "what was known of the account" : "nothing of the account itself, which is not known"
        return
            "\(Words.count(Int64(result.records), "record")), \(Words.count(Int64(result.tombstones), "tombstone")), "
            + "\(messages) and \(account)"
    }

    /// What is left, and what to do about it; nil when nothing is.
    private static func rest(of result: PersonErasure.Result, at path: String) -> String? {
        var rest: [String] = []
        if result.openEvents > 0 {
            rest.append(
                "\(Words.count(Int64(result.openEvents), "event")) that the daemon has in hand could not be erased"
            )
        }
        if !result.isLogEmptied {
            rest.append(
                "\(path)-wal may still hold what was erased, since something reads the database, or writes all the time"
            )
        }
        return rest.isEmpty
            ? nil : "\(rest.joined(separator: "; ")): run the same command again later, or stop the daemon first"
    }
}
