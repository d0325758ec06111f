import ArgumentParser
import Ingest
import Store

/// `windsock activity export`: the messages of events as they were received.
struct ActivityExportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Write the messages of events, one a line, in the order in which they came.",
        discussion: """
            The messages are as they were received, so that windsock-simulator serve --file serves them again: any failure \
            becomes a fixture. A line end within a message becomes a tab, which means the same to a JSON parser. Messages \
            that are no text, and those that were emptied after success, are left out and counted on standard error.

            The filters are those of windsock activity list, for any time unless told otherwise.

              windsock activity export --status error --output failures.jsonl
              windsock-simulator serve --file failures.jsonl
            """
    )

    @OptionGroup var databaseOptions: DatabaseOptions
    @OptionGroup var filterOptions: ActivityFilterOptions

    @Option(help: ArgumentHelp("How many at most, the newest.", valueName: "n"))
    var limit: Int?

    @Option(
        help: ArgumentHelp(
            "Where to write to; by default standard output. A file that is there is kept.",
            valueName: "file"
        )
    )
    var output: String?

    func validate() throws {
        if let limit { try Limit.validate(limit) }
        if output?.isEmpty == true { throw ValidationError("--output must be a path (got nothing)") }
    }

    func run() throws {
        let store = try databaseOptions.open(.readOnly)
        let writer = try LineWriter(to: output)
        var tally = (written: 0, binary: 0, empty: 0)
        // By id: the order in which they came.
        for id in try ActivityIDs.find(filterOptions.filter(), limit: limit, in: store).sorted() {
            // One that was cleaned up meanwhile is no longer in the log.
            guard let entry = try store.read({ try ActivityRepository($0).entry(id) }) else { continue }
            if entry.payload.isEmpty {
                tally.empty += 1
            } else if !entry.payloadIsText {
                tally.binary += 1
            } else {
                try writer.write(ExportedLine.bytes(of: entry.payload))
                tally.written += 1
            }
        }
        try writer.close()
        Output.note(words(written: tally.written, binary: tally.binary, empty: tally.empty))
    }

    private func words(written: Int, binary: Int, empty: Int) -> String {
        var words = "wrote \(Words.count(Int64(written), "event"))"
        if binary > 0 { words += "; left out \(Words.number(binary)) whose message is no text" }
        if empty > 0 { words += "; left out \(Words.number(empty)) whose message is empty" }
        return words
    }
}
