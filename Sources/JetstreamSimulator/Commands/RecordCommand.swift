import ArgumentParser
import Foundation

/// `windsock-simulator record`: reads a stream into a file that `serve --file` can serve.
struct RecordCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "record",
        abstract: "Write the messages of a stream to a file, one a line.",
        discussion: """
            Reads ws:// only: this program has no TLS. For a wss:// host put a proxy that takes ws:// and speaks TLS in \
            between. Ends at --count, after --duration-seconds, when the server closes, or with Ctrl-C; what came until \
            then is in the file.
            """
    )

    @Argument(help: "The stream, filters and cursor in its query: \"ws://host:6008/subscribe?wantedDids=did:plc:…\".")
    var url: String

    @Argument(help: "The file to write; it is replaced.")
    var file: String

    @Option(help: ArgumentHelp("Stop after this many messages.", valueName: "n"))
    var count: Int?

    @Option(help: ArgumentHelp("Stop after this time.", valueName: "s"))
    var durationSeconds: Double?

    func validate() throws {
        if let count, count < 1 {
            throw ValidationError("--count: must be at least 1 (got \(count))")
        }
        if let durationSeconds, durationSeconds <= 0 {
            throw ValidationError("--duration-seconds: must be more than 0 (got \(durationSeconds))")
        }
    }

    func run() async throws {
        let recorder = EventRecorder(
            url: url,
            path: file,
            mostMessages: count ?? .max,
            duration: durationSeconds.map { .seconds($0) }
        )
        let summary = try await recorder.run(until: Signals.received(SIGTERM, SIGINT))
        StandardOutput.line("wrote \(summary.messages) messages to \(file): \(summary.end.rawValue)")
    }
}
