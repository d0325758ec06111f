import ArgumentParser
import Jetstream
import Store

/// `windsock activity buckets`: how much happened when.
struct ActivityBucketsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "buckets",
        abstract: "Count events over a span of time in equal parts.",
        discussion: """
            Counts creates, updates and deletes that succeeded, and errors of any operation, by the events' own time:

              1hr 12 parts of 5 minutes     3hr 12 of 15 minutes    6hr 12 of 30 minutes
              1day 24 of an hour            7day 7 UTC days

            The last part holds the present minute.
            """
    )

    @Argument(help: "The span up to now.")
    var range: ActivityBucketRange

    @OptionGroup var databaseOptions: DatabaseOptions

    @Flag(help: "Print one JSON document, as docs/CLI.md describes it.")
    var json = false

    func run() throws {
        let store = try databaseOptions.open(.readOnly)
        let now = WallClock.system.now()
        let buckets = try store.read { try ActivityRepository($0).buckets(range, nowMicroseconds: now) }
        let report = BucketsReport(range, buckets)
        try Output.print(json ? JSONDocument.text(report) : BucketChart.text(report, on: Terminal.current()))
    }
}
