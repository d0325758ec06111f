import Foundation
import Glibc
import JetstreamSimulator
import Store
import TestSupport
import Testing

/// Faults at the moment at which SQLite has the disk keep what was written; strace makes them.
@Suite(.serialized) struct SyncFaults {
    private static var isPossible: Bool {
        (try? TestProgram.run("strace", ["-f", "-o", "/dev/null", "true"], in: URL(fileURLWithPath: "/"))) != nil
    }

    /// Each commit is synced, and moved into the file soon.
    private static let environment = ["WINDSOCK_CHECKPOINT_BYTES": "262144"]

    private static func rig(events: Int, eventsPerSecond: Int) async throws -> (DaemonRig, config: [String]) {
        var configuration = SimulatorConfiguration()
        configuration.source = .generated(events: events)
        configuration.hasSequences = true
        configuration.eventsPerSecond = eventsPerSecond
        let rig = try await DaemonRig(configuration)
        let settings = #"{"database": {"synchronous": "full", "commitIntervalMilliseconds": 10}}"#
        return (rig, ["--config", try rig.folder.write(settings, to: "config.json")])
    }

    /// Has strace do something to the calls of fdatasync.
    private static func wrapper(_ injection: String, trace: URL) -> [String] {
        [
            "strace", "-f", "-y", "-o", trace.path, "-e", "trace=fdatasync,pwrite64", "-e",
            "inject=fdatasync:\(injection)",
        ]
    }

    @Test(.enabled(if: isPossible, "skipped: strace is missing, or may not trace here"))
    func `invariant 1: killed at the Nth fdatasync, for N = 1 to 40, it loses nothing and doubles nothing`()
        async throws
    {
        let (rig, config) = try await Self.rig(events: 20_000, eventsPerSecond: 250)
        let expected = try ExpectedState(rig.server.events())
        let trace = rig.folder.url.appendingPathComponent("trace")
        for number in 1...40 {
            let daemon = try rig.start(
                config,
                wrapper: Self.wrapper("signal=SIGKILL:when=\(number)", trace: trace),
                environment: Self.environment
            )
            #expect(try await daemon.ending() == .killed(SIGKILL), "N = \(number)")
        }
        #expect(try rig.totals().stored < Int64(expected.commits.count), "the stream was still going on")
        // The rest need not come so slowly.
        try await rig.server.stop()
        var rest = SimulatorConfiguration()
        rest.source = .lines(rig.server.events())
        rest.port = rig.server.port
        let server = try await SimulatorServer.start(rest)
        let daemon = try rig.start(config, environment: Self.environment)
        try await rig.waitForCommits(expected.commits.count)
        #expect(try await rig.stop(daemon) == .exited(0))
        let differences = try expected.differences(from: rig.database)
        #expect(differences == [])
        #expect(try await rig.verify() == nil)
        try await server.stop()
    }

    @Test(
        .enabled(if: isPossible, "skipped: strace is missing, or may not trace here"),
        arguments: [
            (3, "cannot be opened"), (24, "cannot be relied on any more"), (50, "cannot be relied on any more"),
        ]
    )
    func `an fdatasync that fails ends the program with 74, and nothing more is committed`(
        number: Int,
        words: String
    ) async throws {
        let (rig, config) = try await Self.rig(events: 3_000, eventsPerSecond: 500)
        let expected = try ExpectedState(rig.server.events())
        let trace = rig.folder.url.appendingPathComponent("trace")
        let daemon = try rig.start(
            config,
            wrapper: Self.wrapper("error=EIO:when=\(number)", trace: trace),
            environment: Self.environment
        )
        #expect(try await daemon.ending() == .exited(74))
        #expect(daemon.log.contains(words))
        let calls = try String(contentsOf: trace, encoding: .utf8).split(separator: "\n")
        let failed = try #require(calls.firstIndex { $0.contains("(INJECTED)") }, "the fault happened")
        // Each commit is synced. The one that another thread was in the middle of may still end.
        let commits = calls[failed...].filter { $0.contains("fdatasync") && $0.contains("-wal>) = 0") }
        #expect(commits.count <= 1, "\(commits)")

        let again = try rig.start(config)
        try await rig.waitForCommits(expected.commits.count)
        #expect(try await rig.stop(again) == .exited(0))
        let differences = try expected.differences(from: rig.database)
        #expect(differences == [])
        #expect(try await rig.verify() == nil)
        try await rig.server.stop()
    }
}
