import ArgumentParser
import Ingest
import Store

/// `windsock activity show`: everything about one event.
struct ActivityShowCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show one event with the message as it was received.",
        discussion: """
            With --json, eventJson is the message byte for byte:

              windsock activity show 1042 --json | jq -r .eventJson | jq .
            """
    )

    @Argument(help: "The event's number in the log.")
    var id: Int64

    @OptionGroup var databaseOptions: DatabaseOptions

    @Flag(help: "Print one JSON document, as docs/CLI.md describes it.")
    var json = false

    func run() throws {
        let store = try databaseOptions.open(.readOnly)
        guard let entry = try store.read({ try ActivityRepository($0).entry(id) }) else {
            throw StoreError.noActivity(id)
        }
        let report = ActivityReport(entry)
        try Output.print(json ? JSONDocument.text(report) : text(report))
    }

    private func text(_ report: ActivityReport) -> String {
        var lines = FieldLines()
        lines.add("id", String(report.id))
        lines.add("time", report.timestamp)
        lines.add("received", report.receivedAt)
        lines.add("status", report.status)
        lines.add("class", report.errorClass)
        lines.add("message", report.errorMessage)
        lines.add("operation", report.operation)
        lines.add("did", report.did)
        lines.add("collection", report.collection)
        lines.add("rkey", report.rkey)
        lines.add("rev", report.rev)
        lines.add("cid", report.cid)
        lines.add("uri", report.uri)
        if report.attempts > 0 { lines.add("attempts", String(report.attempts)) }
        lines.add("next attempt", report.nextAttemptAt)
        lines.add("line", report.line)
        lines.add("event", report.eventJson)
        lines.add("event (Base64)", report.eventBase64)
        return lines.text
    }
}
