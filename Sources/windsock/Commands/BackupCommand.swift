import ArgumentParser
import Ingest
import Store

/// `windsock backup`: a copy of the database, also while a daemon writes it.
struct BackupCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup",
        abstract: "Copy the database into a file, also while the daemon writes it.",
        discussion: """
            The copy is one state of the database: a position, and the effects of all events up to it. It is verified, and \
            kept by the disk, before it gets its name; FILE must not be there yet. Nobody waits for it, but the write-ahead \
            log grows while it is made. Persons who are forgotten later are still in it.

              windsock backup /srv/backup/windsock-$(date +%F).db
            """
    )

    /// A write-ahead log that is longer has grown for us.
    private static let usualLogBytes: Int64 = 256 * 1024 * 1024

    @OptionGroup var databaseOptions: DatabaseOptions

    @Argument(help: "The file that is to be made.")
    var file: String

    func validate() throws {
        if file.isEmpty { throw ValidationError("FILE must be a path (got nothing)") }
    }

    func run() throws {
        let settings = try databaseOptions.settings()
        let store = try databaseOptions.open(.readOnly)
        let backup = DatabaseBackup(of: store, minimumFreeBytes: settings.database.minFreeBytes)
        let interruption = Interruption()
        let contents = try interruption.guarding { try backup.make(at: file, watch: interruption.watch) }
        let walBytes = store.fileSizes().walBytes
        try store.close()
        try Output.print("backed up \(ContentsText.words(contents)) to \(TerminalText.escaped(file))")
        if walBytes > BackupCommand.usualLogBytes {
            Output.note(
                "the write-ahead log grew to \(Words.bytes(walBytes)) meanwhile; a checkpoint makes it short again"
            )
        }
        if let failure = ContentsText.failure(contents) { throw failure }
    }
}
