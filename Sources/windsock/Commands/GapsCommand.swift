import ArgumentParser
import Ingest
import Store

/// `windsock gaps`: where events may have been missed.
struct GapsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "gaps",
        abstract: "List the stretches of the stream in which events may have been missed.",
        discussion: """
            Newest first by when they were noticed. FROM is the last time that is known to be covered, TO the first one \
            that is covered again, by the host's clock. A gap that was read again later, from whichever host, is \
            filled; the others are open.

              windsock gaps --json | jq '.items[] | select(.healedAt == null)'
            """
    )

    @OptionGroup var databaseOptions: DatabaseOptions
    @OptionGroup var listOptions: ListOptions

    @Option(help: ArgumentHelp("Go on after this gap, which the page before named.", valueName: "id"))
    var after: Int64?

    func run() throws {
        let store = try databaseOptions.open(.readOnly)
        // One more shows whether there are more.
        let rows = try store.read { try GapRepository($0).list(limit: listOptions.limit + 1, before: after) }
        let page = rows.prefix(listOptions.limit)
        let next = rows.count > page.count ? page.last?.id : nil
        let reports = page.map(GapReport.init)
        if listOptions.json {
            return try Output.print(JSONDocument.text(ListReport(items: reports, next: next.map(String.init))))
        }
        if reports.isEmpty { return try Output.print(after == nil ? "no gaps" : "no more gaps") }
        try Output.print(GapsCommand.table(reports).text(width: Terminal.current().columns))
        if let next { Output.note("there are more: --after \(next)") }
    }

    private static func table(_ reports: [GapReport]) -> TextTable {
        var table = TextTable([
            TextTable.Column(title: "ID", isRight: true), TextTable.Column(title: "FROM (UTC)"),
            TextTable.Column(title: "TO (UTC)"), TextTable.Column(title: "DETECTED (UTC)"),
            TextTable.Column(title: "HOST"), TextTable.Column(title: "WIRE"), TextTable.Column(title: "FILLED (UTC)"),
            TextTable.Column(title: "CAUSE"),
        ])
        for gap in reports {
            let how = gap.healedHow.map { "; filled: \($0)" } ?? ""
            table.add([
                String(gap.id), Words.time(gap.from), Words.time(gap.to), Words.time(gap.detectedAt), gap.host,
                gap.wire,
                gap.healedAt.map(Words.time) ?? "open", gap.cause + how,
            ])
        }
        return table
    }
}
