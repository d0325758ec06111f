import ArgumentParser
import Foundation

/// `windsock-simulator generate`: writes the generated events to a file.
struct GenerateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "generate",
        abstract: "Write generated events to a file, one a line.",
        discussion: "The same events that serve sends with the same --events, --seed, --start-time and --seq."
    )

    /// How much is gathered before it is written.
    private static let writeBytes = 1_048_576

    @Argument(help: "The file to write; it is replaced. - is the standard output.")
    var file: String

    @Option(help: ArgumentHelp("How many events.", valueName: "n"))
    var events: Int

    @Option(help: ArgumentHelp("What the events are made from.", valueName: "number"))
    var seed: UInt64 = 1

    @Option(
        help: ArgumentHelp(
            "When they begin, in microseconds since 1970 (default: as long ago as they last).",
            valueName: "µs"
        )
    )
    var startTime: Int64?

    @Flag(help: "Give each event a sequence number (`cursor`).")
    var seq = false

    func validate() throws {
        guard events >= 0 else {
            throw ValidationError("--events: must not be negative (got \(events))")
        }
    }

    func run() async throws {
        let output = try open()
        let start = startTime ?? EventGenerator.start(events: events, endingBefore: WallClock.microseconds())
        var generator = EventGenerator(
            seed: seed,
            startTimeMicroseconds: start,
            firstSequence: seq ? SimulatorConfiguration.firstSequence : nil
        )
        var lines = ""
        for _ in 0..<events {
            lines += generator.next().json
            lines += "\n"
            if lines.utf8.count >= Self.writeBytes {
                try output.write(contentsOf: Data(lines.utf8))
                lines.removeAll(keepingCapacity: true)
            }
        }
        try output.write(contentsOf: Data(lines.utf8))
    }

    private func open() throws -> FileHandle {
        guard file != "-" else { return .standardOutput }
        guard FileManager.default.createFile(atPath: file, contents: nil),
            let output = FileHandle(forWritingAtPath: file)
        else { throw SimulatorError.file(path: file, reason: "cannot be written") }
        return output
    }
}
