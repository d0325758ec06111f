import ArgumentParser

/// The command line.
@main
struct Counts: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "counts",
        abstract: "Counts what decoding and storing events takes, and compares it with limits.",
        discussion: """
            Instructions (under callgrind) and allocations of the same generated events are nearly the same in every \
            run and on every machine, as times never are.
            """,
        subcommands: [CheckCommand.self, WorkCommand.self],
        defaultSubcommand: CheckCommand.self
    )
}
