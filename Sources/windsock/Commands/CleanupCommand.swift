import ArgumentParser
import Ingest
import Jetstream
import Store

/// `windsock cleanup`: deletes what the daemon would delete, now.
struct CleanupCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cleanup",
        abstract: "Delete events that were received longer ago than a number of hours.",
        discussion: """
            The daemon does this by itself every hour; SIGUSR1 makes it do so now. Deletes in small chunks, so that a \
            running daemon goes on, and gives the space back to the file system.

              windsock cleanup --hours 24 --dry-run
            """
    )

    @OptionGroup var databaseOptions: DatabaseOptions

    @Option(
        help: ArgumentHelp(
            "The age from which events go; by default activity.retentionHours of --config, or else 168.",
            valueName: "n"
        )
    )
    var hours: Int?

    @Flag(help: "Only say what would be deleted.")
    var dryRun = false

    /// The rows that one look of a dry run covers, so that no look holds the write-ahead log for long.
    private static let rowsOfLook = 20_000

    func validate() throws {
        if let hours { try Hours.validate(hours) }
    }

    func run() async throws {
        let hours = try hours ?? databaseOptions.settings().activity.retentionHours
        let cutoff = WallClock.system.now() - Int64(hours) * Hours.microseconds
        try await dryRun ? count(before: cutoff) : delete(before: cutoff)
    }

    private func count(before cutoff: Int64) throws {
        let store = try databaseOptions.open(.readOnly)
        var outcome = LogDeletion.Outcome()
        var id: Int64 = 0
        var isComplete = false
        while !isComplete {
            let look = try store.read { database in
                try ActivityRepository(database)
                    .countOldest(receivedBefore: cutoff, after: id, limit: CleanupCommand.rowsOfLook)
            }
            outcome.rows += Int64(look.deletedRows)
            outcome.payloadBytes += look.deletedBytes
            id = look.lastID
            isComplete = look.isComplete
        }
        let events = Words.count(outcome.rows, "event")
        let bytes = Words.bytes(outcome.payloadBytes)
        try Output.print(
            "would delete \(events) (\(bytes) of messages) received before \(Words.time(microseconds: cutoff)) UTC"
        )
    }

    private func delete(before cutoff: Int64) async throws {
        let store = try databaseOptions.open(.readWrite)
        let before = store.fileSizes().databaseBytes
        let deletion = try await LogDeletion(store).run { repository, id, limit in
            try repository.deleteOldest(receivedBefore: cutoff, after: id, limit: limit)
        }
        try Output.print(deletion.words(from: before, to: store.fileSizes().databaseBytes))
        try store.close()
    }
}
