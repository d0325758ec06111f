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
            The filters are combined. Without --hours, --since and --until, lists the last 24 hours. A page may be shorter than --limit, or empty, when few of the events that were \
            looked at matched; --after goes on where it stopped.

              windsock activity list --hours 1 --status error
              windsock activity list --did did:plc:z72i7hdynmk6r22z27h6tvur --operation delete
            """
    )

    private static let standardHours = 24

    @OptionGroup var databaseOptions: DatabaseOptions
    @OptionGroup var filterOptions: ActivityFilterOptions
    @OptionGroup var listOptions: ListOptions

    @Option(help: ArgumentHelp("Go on after this place, which the page before named.", valueName: "cursor"))
    var after: ActivityCursor?

    func run() throws {
        let store = try databaseOptions.open(.readOnly)
        let filter = filterOptions.filter(hoursUnlessSaid: ActivityListCommand.standardHours)
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
            Output.note(after == nil ? "no such events\(span)" : "no more events")
        }
    }

    /// The span that was looked at, where it is one of hours.
    private var span: String {
        guard filterOptions.since == nil, filterOptions.until == nil else { return "" }
        let hours = filterOptions.hours ?? ActivityListCommand.standardHours
        return " in the last \(Words.count(Int64(hours), "hour"))"
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
                String(entry.id), Words.time(entry.timestamp), status(of: entry), entry.operation,
                display.collection ?? "", entry.did, words(of: entry) ?? display.line ?? "",
            ])
        }
        return table
    }

    /// The status, and the class of an error.
    private func status(of entry: ActivityEntry) -> String {
        entry.errorClass.map { "\(entry.status.rawValue) (\($0.rawValue))" } ?? entry.status.rawValue
    }

    /// The message, and when the event is tried again.
    private func words(of entry: ActivityEntry) -> String? {
        guard let next = entry.nextAttemptMicroseconds else { return entry.errorMessage }
        let message = entry.errorMessage.map { "\($0); " } ?? ""
        return message + "attempt \(entry.attempts + 1) is due \(Words.time(microseconds: next))"
    }
}
