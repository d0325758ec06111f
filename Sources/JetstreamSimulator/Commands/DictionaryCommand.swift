import ArgumentParser
import Foundation

/// `windsock-simulator dictionary`: writes the dictionary that a server trains.
struct DictionaryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dictionary",
        abstract: "Write a zstd dictionary to a file, trained on generated events.",
        discussion: """
            The same one that serve uses on v1 with the same --seed. The real server's dictionaries have the ids \
            1612007021 (v1) and 20260811 (v2); this one has an id of its own, because its content is another.
            """
    )

    @Argument(help: "The file to write; it is replaced.")
    var file: String

    @Option(help: ArgumentHelp("What the events are made from.", valueName: "number"))
    var seed: UInt64 = 1

    @Option(help: ArgumentHelp("What frames name the dictionary by, not 0.", valueName: "number"))
    var id: UInt32 = DictionaryShelf.firstWireID

    func validate() throws {
        guard id > 0 else { throw ValidationError("--id: must not be 0, which means that there is none") }
    }

    func run() async throws {
        let dictionary = try ZstdDictionary.trained(seed: seed, id: id)
        do {
            try Data(dictionary.bytes).write(to: URL(fileURLWithPath: file))
        } catch {
            throw SimulatorError.file(path: file, reason: "cannot be written: \(error.localizedDescription)")
        }
        StandardOutput.line("wrote a dictionary of \(dictionary.bytes.count) bytes with the id \(id) to \(file)")
    }
}
