import ArgumentParser
import Ingest

/// The command line.
@main
struct Windsock: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "windsock",
        abstract: "Keeps an exact record of an AT Protocol event stream in SQLite.",
        discussion: """
            Windsock reads a Jetstream, logs every event, applies it, and can say at any moment what became of it.

              windsock run                        read a public host into windsock.db
              windsock run --config FILE          read what a configuration asks for
              windsock status                     where it stands, what it has
              windsock gaps                       where events may have been missed
              windsock verify                     whether the tables agree with one another
              windsock activity --status error    what went wrong today

              windsock backup FILE                a copy of the database, also while it is written

            All commands but run and restore need a database that run has made. They work while it runs and while it does not.

            Exit codes: 0 done, 1 failure, 64 wrong usage, 74 the database or the disk, 78 the configuration.
            """,
        version: windsockVersion,
        subcommands: [
            RunCommand.self, CheckCommand.self, StatusCommand.self, GapsCommand.self, ActivityCommand.self,
            RecordsCommand.self, CleanupCommand.self, VerifyCommand.self, ForgetCommand.self,
            BackupCommand.self, RestoreCommand.self, DebugCommand.self,
        ]
    )

    static func main() async {
        // Before anything else: a signal that comes early must not kill the daemon.
        if CommandLine.arguments.dropFirst().first == RunCommand.configuration.commandName {
            DaemonSignals.ignoreEarlyOnes()
        }
        Output.ignoreBrokenPipes()
        do {
            var command = try parseAsRoot()
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
        } catch {
            end(with: error)
        }
    }

    /// Says what went wrong on standard error and ends with the code that goes with it.
    private static func end(with error: any Error) -> Never {
        guard let failure = CommandFailure(error) else { exit(withError: error) }
        if let message = failure.message { Output.complain(message) }
        exit(withError: ExitCode(failure.code))
    }
}
