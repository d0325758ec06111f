import ArgumentParser
import Ingest
import Store

/// `windsock records`: the state that the events describe.
struct RecordsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "records",
        abstract: "List the records of a collection or an account, or show one.",
        discussion: """
            A collection's records come by record key, descending, which is newest first where keys are TIDs; an \
            account's, those that were first stored last before the others. Records of accounts that are taken down, \
            suspended, deactivated or otherwise away are left out until these are back.

              windsock records --collection app.bsky.feed.post --limit 10
              windsock records --did did:plc:z72i7hdynmk6r22z27h6tvur --json
              windsock records at://did:web:example.com/app.bsky.actor.profile/self
            """
    )

    @Argument(help: ArgumentHelp("One record, at://DID/COLLECTION/RKEY.", valueName: "uri"))
    var uri: String?

    @Option(help: ArgumentHelp("The records of this collection.", valueName: "nsid"))
    var collection: String?

    @Option(help: "The records of this account.")
    var did: String?

    @OptionGroup var databaseOptions: DatabaseOptions
    @OptionGroup var listOptions: ListOptions

    @Flag(help: "Show the records of accounts that are away, too.")
    var hidden = false

    @Option(help: ArgumentHelp("Go on after this place, which the page before named.", valueName: "cursor"))
    var after: String?

    /// What is asked for.
    private enum Question {
        case one(uri: String)
        case ofCollection(String, after: CollectionCursor?)
        case ofAccount(String, after: Int64?)
    }

    func validate() throws {
        _ = try question()
    }

    func run() throws {
        let store = try databaseOptions.open(.readOnly)
        switch try question() {
        case .one(let uri):
            let entry = try store.read { try RecordRepository($0).record(uri: uri, includingHidden: true) }
            guard let entry, hidden || !entry.isHidden else {
                let isHidden = entry != nil
                let name = TerminalText.escaped(uri)
                throw CommandFailure(
                    code: CommandFailure.Code.failure,
                    message: isHidden
                        ? "\(name) is hidden: its account is away; see --hidden" : "there is no record \(name)"
                )
            }
            try show(RecordReport(entry))
        case .ofCollection(let collection, let cursor):
            let page = try store.read { database in
                try RecordRepository(database).records(
                    collection: collection,
                    limit: listOptions.limit,
                    after: cursor,
                    includingHidden: hidden
                )
            }
            try show(page)
        case .ofAccount(let did, let cursor):
            let (page, actor) = try store.read { database in
                let records = RecordRepository(database)
                return (
                    try records.records(
                        did: did,
                        limit: listOptions.limit,
                        after: cursor,
                        includingHidden: hidden
                    ),
                    try ActorRepository(database).find(did)
                )
            }
            let away = actor.flatMap { $0.isHidden && !hidden ? $0.status ?? "away" : nil }
            try show(
                page,
                none: away.map { "the account is \(TerminalText.escaped($0)): its records are hidden; see --hidden" }
            )
        }
    }

    private func question() throws -> Question {
        switch (uri, collection, did) {
        case (let uri?, nil, nil):
            guard RecordKey.isURI(uri) else {
                throw ValidationError("a record is named at://DID/COLLECTION/RKEY (got \(TerminalText.escaped(uri)))")
            }
            return .one(uri: uri)
        case (nil, let collection?, nil):
            return .ofCollection(collection, after: try cursor(CollectionCursor.init))
        case (nil, nil, let did?):
            return .ofAccount(did, after: try cursor { Int64($0) })
        default:
            throw ValidationError("say one of: --collection, --did, or the URI of a record")
        }
    }

    private func cursor<Cursor>(_ convert: (String) -> Cursor?) throws -> Cursor? {
        guard let after else { return nil }
        guard let cursor = convert(after) else {
            throw ValidationError("--after must be what the page before named (got \(TerminalText.escaped(after)))")
        }
        return cursor
    }

    private func show(_ report: RecordReport) throws {
        guard !listOptions.json else { return try Output.print(JSONDocument.text(report)) }
        var lines = FieldLines()
        lines.add("uri", report.uri)
        lines.add("cid", report.cid)
        lines.add("rev", report.rev)
        lines.add("indexed", report.indexedAt)
        lines.add("record", report.json)
        try Output.print(lines.text)
    }

    /// Shows a page; `none` is what to say when nothing is on it.
    private func show(_ page: RecordPage<some CustomStringConvertible>, none: String? = nil) throws {
        let reports = page.entries.map(RecordReport.init)
        if listOptions.json {
            return try Output.print(JSONDocument.text(ListReport(items: reports, next: page.next?.description)))
        }
        var table = TextTable([
            TextTable.Column(title: "INDEXED (UTC)"), TextTable.Column(title: "URI"), TextTable.Column(title: "RECORD"),
        ])
        for report in reports {
            table.add([Words.time(report.indexedAt), report.uri, report.json])
        }
        if !table.isEmpty { try Output.print(table.text(width: Terminal.current().columns)) }
        if let next = page.next {
            Output.note("there are more: --after \(TerminalText.escaped(next.description))")
        } else if table.isEmpty {
            Output.note(none ?? (after == nil ? "no such records" : "no more records"))
        }
    }
}
