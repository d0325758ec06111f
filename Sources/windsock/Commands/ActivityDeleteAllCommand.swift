import ArgumentParser
import Ingest
import Store

/// `windsock activity delete-all`: empties the log.
struct ActivityDeleteAllCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete-all",
        abstract: "Delete every event of the log, whatever its age.",
        discussion: """
            Records, positions, gaps and the sums stay; so do events that are still processing. A running daemon goes on \
            meanwhile, and what it logs after the start of this command stays too.
            """
    )

    @OptionGroup var databaseOptions: DatabaseOptions

    @Flag(help: "Really do it.")
    var yes = false

    func validate() throws {
        guard yes else { throw ValidationError("this deletes every event of the log: say --yes to do it") }
    }

    func run() async throws {
        let store = try databaseOptions.open(.readWrite)
        try Output.print(try await CommandSweep.run(store) { sweep in try await sweep.deleteAll() })
        try store.close()
    }
}
