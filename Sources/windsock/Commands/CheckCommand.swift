import ArgumentParser
import Ingest

/// `windsock check`: reads a configuration as `run` would and changes nothing.
struct CheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Say whether a configuration is good, and show what is in force with it.",
        discussion: """
            Prints the whole configuration, defaults included, as JSON. If it is not good, prints one line for each \
            problem (the field, what it must be, what it is) and ends with 78.

              windsock check --config /etc/windsock/config.json && systemctl reload windsock
            """
    )

    @Option(help: ArgumentHelp("The configuration to check.", valueName: "file"))
    var config: String

    func run() throws {
        let settings = try Settings.load(fileAt: config)
        try Output.write(settings.rendered())
    }
}
