@testable import JetstreamSimulator

/// A configuration for tests: a stream that ends with 1000, unless the test says otherwise.
func configured(
    _ source: SimulatorConfiguration.Source,
    _ change: (inout SimulatorConfiguration) -> Void = { _ in }
) -> SimulatorConfiguration {
    var configuration = SimulatorConfiguration()
    configuration.source = source
    configuration.closesAtEnd = true
    configuration.startTimeMicroseconds = 1_780_000_000_000_000
    change(&configuration)
    return configuration
}

/// Runs a server for as long as a test's body runs.
func withServer(
    _ configuration: SimulatorConfiguration,
    _ body: @Sendable (SimulatorServer) async throws -> Void
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
