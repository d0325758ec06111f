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
            The daemon does this by itself every hour; SIGUSR1 makes it do so now. With --config the oldest events above \
            its activity.maxRows and activity.maxBytes go as well. Deletes in small chunks, so that a running daemon goes \
            on, and gives the space back to the file system.

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

    func validate() throws {
        if let hours { try Hours.validate(hours) }
    }

    func run() async throws {
        let activity = try databaseOptions.settings().activity
        let cutoff = WallClock.system.now() - Int64(hours ?? activity.retentionHours) * Hours.microseconds
        // A database whose configuration is not named may be meant to be larger than the defaults allow.
        let isConfigured = databaseOptions.config != nil
        let limits = ActivitySweep.Limits(
            receivedBeforeMicroseconds: cutoff,
            maximumRows: isConfigured ? activity.maximumRows : nil,
            maximumPayloadBytes: isConfigured ? activity.maxBytes : nil
        )
        try await dryRun ? count(limits) : delete(limits)
    }

    private func count(_ limits: ActivitySweep.Limits) throws {
        let store = try databaseOptions.open(.readOnly)
        let result = try ActivitySweep.count(limits, in: store)
        let what =
            "\(Words.count(Int64(result.deletedRows), "event")) (\(Words.bytes(result.deletedBytes)) of messages)"
        let cutoff = Words.time(microseconds: limits.receivedBeforeMicroseconds)
        let reason = databaseOptions.config == nil ? "" : " or above the limits of the configuration"
        try Output.print("would delete \(what) received before \(cutoff) UTC\(reason)")
    }

    private func delete(_ limits: ActivitySweep.Limits) async throws {
        let store = try databaseOptions.open(.readWrite)
        try Output.print(try await CommandSweep.run(store) { sweep in try await sweep.run(limits) })
        try store.close()
    }
}
