import ArgumentParser

/// The simulator's command line.
@main
struct SimulatorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "windsock-simulator")
}
