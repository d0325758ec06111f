import ArgumentParser

/// `windsock activity`: the log of events; without a subcommand, its list.
struct ActivityCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "activity",
        abstract: "Look into the log of events, apply some again, export or empty it.",
        discussion: """
            Every event that was received is in the log with what became of it: processing, success, \
            validation_error or error. Without a subcommand, lists the newest events; its filters are explained by \
            windsock activity list --help.

              windsock activity --hours 1 --status error
              windsock activity --collection app.bsky.feed.post --limit 200 --json
              windsock activity show 1042
              windsock activity buckets 1day
              windsock activity retry --all-errors
              windsock activity export --status error --output failures.jsonl
            """,
        subcommands: [
            ActivityListCommand.self, ActivityShowCommand.self, ActivityBucketsCommand.self,
            ActivityRetryCommand.self, ActivityExportCommand.self, ActivityDeleteAllCommand.self,
        ],
        defaultSubcommand: ActivityListCommand.self
    )
}
