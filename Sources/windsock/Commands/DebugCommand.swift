import ArgumentParser

/// `windsock debug`: what the rigs of the project need; not part of the contract of docs/CLI.md.
struct DebugCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "debug",
        abstract: "Parts of the program by themselves, for those who test it.",
        shouldDisplay: false,
        subcommands: [DebugWebSocketEchoCommand.self]
    )
}
