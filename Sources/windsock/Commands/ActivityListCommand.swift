import ArgumentParser
import Ingest
import Jetstream
import Store

/// `windsock activity list`: the newest events.
struct ActivityListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List events, newest first by their own time.",
        discussion: """
            The filters are combined. A page may be shorter than --limit, or empty, when few of the events that were \
            looked at matched; --after goes on where it stopped.

              windsock activity list --hours 1 --status error
              windsock activity list --did did:plc:z72i7hdynmk6r22z27h6tvur --operation delete
            """
    )

    @OptionGroup var databaseOptions: DatabaseOptions
    @OptionGroup var listOptions: ListOptions

    @Option(help: ArgumentHelp("Only events of the last hours.", valueName: "n"))
    var hours = 24

    @Option(help: "Only events that ended so.")
    var status: ActivityStatus?

    @Option(help: "Only one operation: create, update, delete, identity, account, sync.")
    var operation: String?

    @Option(help: ArgumentHelp("Only one collection, such as app.bsky.feed.post.", valueName: "nsid"))
    var collection: String?

    @Option(help: "Only one account.")
    var did: String?

    @Option(help: ArgumentHelp("Go on after this place, which the page before named.", valueName: "cursor"))
    var after: ActivityCursor?

    func validate() throws {
        try Hours.validate(hours)
    }

    func run() throws {
        let store = try databaseOptions.open(.readOnly)
        let since = WallClock.system.now() - Int64(hours) * Hours.microseconds
        let filter = ActivityFilter(
            sinceTimestamp: UTCTimestamp.text(microseconds: since),
            status: status,
            operation: operation,
            collection: collection,
            did: did
        )
        let page = try store.read { database in
            try ActivityRepository(database).recent(filter, limit: listOptions.limit, after: after)
        }
        if listOptions.json {
            let report = ListReport(items: page.entries.map(ActivityReport.init), next: page.next?.description)
            try Output.print(JSONDocument.text(report))
        } else {
            try show(page)
        }
    }

    private func show(_ page: ActivityPage) throws {
        if !page.entries.isEmpty { try Output.print(table(page.entries).text(width: Terminal.current().columns)) }
        if let next = page.next {
            let place = TerminalText.escaped(next.description)
            Output.note("looked at \(Words.number(page.examined)) events; there are more: --after \(place)")
        } else if page.entries.isEmpty {
            Output.note(
                after == nil ? "no such events in the last \(Words.count(Int64(hours), "hour"))" : "no more events"
            )
        }
    }

    private func table(_ entries: [ActivityEntry]) -> TextTable {
        var table = TextTable([
            TextTable.Column(title: "ID", isRight: true), TextTable.Column(title: "TIME (UTC)"),
            TextTable.Column(title: "STATUS"), TextTable.Column(title: "OPERATION"),
            TextTable.Column(title: "COLLECTION"), TextTable.Column(title: "DID"), TextTable.Column(title: "TEXT"),
        ])
        for entry in entries {
            let display = ActivityDisplay(entry)
            table.add([
                String(entry.id), Words.time(entry.timestamp), entry.status.rawValue, entry.operation,
                display.collection ?? "", entry.did, entry.errorMessage ?? display.line ?? "",
            ])
        }
        return table
    }
}
