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
            The daemon does this by itself every hour, and keeps within activity.maxBytes besides; SIGUSR1 makes it do so \
            now. Deletes in small chunks, so that a running daemon goes on, and gives the space back to the file system.

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
        var rows: Int64 = 0
        var bytes: Int64 = 0
        var id: Int64 = 0
        var isComplete = false
        while !isComplete {
            let look = try store.read { database in
                try ActivityRepository(database)
                    .countOldest(receivedBefore: cutoff, after: id, limit: CleanupCommand.rowsOfLook)
            }
            rows += Int64(look.deletedRows)
            bytes += look.deletedBytes
            id = look.lastID
            isComplete = look.isComplete
        }
        let what = "\(Words.count(rows, "event")) (\(Words.bytes(bytes)) of messages)"
        try Output.print("would delete \(what) received before \(Words.time(microseconds: cutoff)) UTC")
    }

    private func delete(before cutoff: Int64) async throws {
        let store = try databaseOptions.open(.readWrite)
        let limits = ActivitySweep.Limits(receivedBeforeMicroseconds: cutoff, maximumPayloadBytes: nil)
        try Output.print(try await CommandSweep.run(store) { sweep in try await sweep.run(limits) })
        try store.close()
    }
}
