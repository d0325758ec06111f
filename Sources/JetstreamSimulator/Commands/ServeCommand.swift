import ArgumentParser
import Foundation

/// `windsock-simulator serve`: listens until a signal comes.
struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Serve events on a WebSocket as a Jetstream host does (the default).",
        discussion: """
            One of three streams: live (the default), --events N (finite), --file PATH (finite). A client asks with \
            cursor=, wantedCollections=, wantedDids= and maxMessageSizeBytes= in the query, as on the real server: a \
            cursor is inclusive; without one, or with one in the future, it gets what happens from now on. compress=true, \
            requireHello=true and options updates are there too. v2 is on /xrpc/network.bsky.jetstream.subscribeEvents \
            with kinds=, dids=, collections=, cursor=, maxMessageSizeBytes= and zstdDictionary=, and its dictionary on \
            /xrpc/network.bsky.jetstream.getZstdDictionary.

            Prints "listening on URL" as its first line, and a line for each connection that ended.
            """
    )

    @OptionGroup(title: "Stream")
    var stream: StreamOptions

    @OptionGroup(title: "Wires")
    var wires: WireOptions

    @OptionGroup(title: "Connections")
    var connections: ConnectionOptions

    @OptionGroup(title: "Faults")
    var faults: FaultOptions

    @OptionGroup(title: "Faults in time")
    var script: ScriptOptions

    func run() async throws {
        var configuration = SimulatorConfiguration()
        try stream.apply(to: &configuration)
        try wires.apply(to: &configuration)
        connections.apply(to: &configuration)
        faults.apply(to: &configuration)
        try script.apply(to: &configuration)
        configuration.connectionEnded = { StandardOutput.line(Self.line(for: $0)) }
        do {
            try configuration.validate()
        } catch let error as SimulatorError {
            throw ValidationError(error.description)
        }
        let signals = await Signals.received(SIGTERM, SIGINT)
        let server = try await SimulatorServer.start(configuration)
        StandardOutput.line("listening on \(server.url)")
        for await _ in signals {
            break
        }
        try await server.stop()
    }

    private static func line(for report: ConnectionReport) -> String {
        let seconds = String(format: "%.3f", report.seconds)
        let rate = Int(report.eventsPerSecond.rounded())
        return "sent \(report.eventsSent) events in \(seconds) s, \(rate) events/s: \(report.reason)"
    }
}
