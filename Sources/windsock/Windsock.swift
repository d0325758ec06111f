import ArgumentParser

/// The command line.
@main
struct Windsock: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "windsock")
}
