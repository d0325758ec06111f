import ArgumentParser
import Ingest
import Store

/// `windsock restore`: a backup in the place of a database that is gone.
struct RestoreCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore",
        abstract: "Put a copy of a backup in the place of the database, which must not be there.",
        discussion: """
            The backup is verified first, and stays as it is. The daemon must not run; when it is started again it goes on \
            from the position of the backup, so that what came since then comes again, as far as the host still has it; \
            what it has no longer is written down as a gap. Persons who were forgotten since then are back: forget them \
            again before the daemon starts.

              windsock restore /srv/backup/windsock-2026-07-04.db --config /etc/windsock/config.json
            """
    )

    @OptionGroup var databaseOptions: DatabaseOptions

    @Argument(help: "The backup.")
    var file: String

    func validate() throws {
        if file.isEmpty { throw ValidationError("FILE must be a path (got nothing)") }
    }

    func run() throws {
        let settings = try databaseOptions.settings().database
        let path = Store.resolved(settings.path)
        let restoration = DatabaseRestoration(of: file, to: path, minimumFreeBytes: settings.minFreeBytes)
        let interruption = Interruption()
        let contents = try interruption.guarding { try restoration.run(watch: interruption.watch) }
        try Output.print("restored \(ContentsText.words(contents)) to \(TerminalText.escaped(path))")
        let since = contents.position.map { "since \(Words.time(microseconds: $0.updatedAtMicroseconds)) UTC" }
        let time = since ?? "since the backup was made"
        try Output.print("who was forgotten \(time) is back: run windsock forget again before the daemon starts")
        try Output.print("the next start of the daemon reads on from there")
        if let failure = ContentsText.failure(contents) { throw failure }
    }
}
