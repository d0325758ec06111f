import ArgumentParser
import Jetstream
import Store

/// `windsock status`: everything at a glance.
struct StatusCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Show where the stream stands and what became of the events.",
        discussion: """
            The position and its lag for each host; the events by status; the sums, whose remainder is 0 unless \
            something is wrong; the gaps in which events may have been missed; the accounts whose records are hidden, or \
            are no longer what their repositories hold; the newest event and the newest error; \
            the sizes of the files.

              windsock status --json | jq .totals.remainder
            """
    )

    @OptionGroup var databaseOptions: DatabaseOptions

    @Flag(help: "Print one JSON document, as docs/CLI.md describes it.")
    var json = false

    func run() throws {
        let store = try databaseOptions.open(.readOnly)
        let now = WallClock.system.now()
        let report = try StatusQuestion.report(store, nowMicroseconds: now)
        try Output.print(json ? JSONDocument.text(report) : StatusText.text(report))
    }
}
