import TestSupport
import Testing

import struct JetstreamSimulator.SimulatorConfiguration
import class JetstreamSimulator.SimulatorServer

@testable import Jetstream

/// When the events of a test's stream begin, in microseconds since the Unix epoch.
let streamStart: Int64 = 1_780_000_000_000_000

/// A configuration for tests: connections stay open at the end of the stream, unless the test says otherwise.
func simulated(
    _ source: SimulatorConfiguration.Source,
    _ change: (inout SimulatorConfiguration) -> Void = { _ in }
) -> SimulatorConfiguration {
    var configuration = SimulatorConfiguration()
    configuration.source = source
    configuration.startTimeMicroseconds = streamStart
    change(&configuration)
    return configuration
}

/// Runs a simulated server for as long as a test's body runs.
func withSimulator(
    _ configuration: SimulatorConfiguration,
    _ body: (SimulatorServer) async throws -> Void
) async throws {
    let server = try await SimulatorServer.start(configuration)
    do {
        try await body(server)
    } catch {
        try await server.stop()
        throw error
    }
    try await server.stop()
}

extension JetstreamClient.Configuration {
    /// Reads a test's stream from its beginning.
    init(_ url: String, from position: Position? = Position(timeMicroseconds: streamStart)) {
        self.init(hosts: [url])
        self.position = position
    }
}

extension JetstreamClient {
    /// Takes batches until so many events with different keys have come.
    func collect(_ count: Int) async throws(JetstreamError) -> [EventBatch] {
        var taken: [EventBatch] = []
        var keys: Set<String> = []
        for try await batch in batches() {
            taken.append(batch)
            keys.formUnion(batch.events.map(\.key))
            if keys.count >= count { break }
        }
        return taken
    }
}

extension SimulatorServer {
    /// The keys of all events, in their order.
    var keys: [String] { Event.read(events()).map(\.key) }
}

extension Event {
    /// Reads messages as if they had come in one batch.
    static func read(_ messages: [String]) -> [Event] {
        var batch = MessageBatch(source: StreamSource(host: "test", wire: .v1, connection: 1))
        for message in messages {
            Array(message.utf8).withUnsafeBytes { bytes in
                batch.append(bytes, isText: true, receivedAtMicroseconds: streamStart + 1)
            }
        }
        return BatchReading(nowMicroseconds: WallClock.system.now()).read(batch).events
    }
}

extension [String] {
    /// Each text once, where it came first.
    var unique: [String] {
        var known: Set<String> = []
        return filter { known.insert($0).inserted }
    }
}
