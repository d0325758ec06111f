import Foundation
import Glibc
import JetstreamSimulator
import Store
import TestSupport
import Testing

/// The real program, a real socket and a real file: what a stream says is what the database holds.
@Suite struct AccountingTests {
    private static let events = 4_500

    private static func generated(hasSequences: Bool, rate: Int? = nil) -> SimulatorConfiguration {
        var configuration = SimulatorConfiguration()
        configuration.source = .generated(events: events)
        configuration.seed = 7
        configuration.hasSequences = hasSequences
        configuration.eventsPerSecond = rate
        return configuration
    }

    /// How many of a stream's events must be rows of the log: all but those of actors that are not known.
    private func expectedRows(_ lines: [String]) throws -> Int64 {
        Int64(try ExpectedState(lines).commits.count)
    }

    @Test(arguments: [true, false])
    func `every event of a stream is stored once, and the newest revision of each record`(hasSequences: Bool)
        async throws
    {
        let rig = try await DaemonRig(AccountingTests.generated(hasSequences: hasSequences))
        let expected = try ExpectedState(rig.server.events())
        let daemon = try rig.start()
        try await rig.waitForCommits(expected.commits.count)
        #expect(try await rig.stop(daemon) == .exited(0))
        let differences = try expected.differences(from: rig.database)
        #expect(differences == [])
        #expect(try rig.totals().remainder == 0)
        try await rig.server.stop()
    }

    /// With sequence numbers a restart goes on where it was; without them it goes by time, rewound, and the overlap has
    /// to be absorbed.
    @Test(arguments: [true, false])
    func `invariant 1, 2: three SIGKILLs and cut connections lose nothing and double nothing`(
        hasSequences: Bool
    ) async throws {
        var configuration = AccountingTests.generated(hasSequences: hasSequences, rate: 1_500)
        // By time, a connection first brings what a rewind of 5 s repeats, which is 2,500 events.
        configuration.dropAfterEvents = hasSequences ? 800 : 2_000
        let rig = try await DaemonRig(configuration)
        let expected = try ExpectedState(rig.server.events())
        for share in [0.2, 0.45, 0.7] {
            let daemon = try rig.start()
            try await rig.waitForRows(Int64(Double(AccountingTests.events) * share), applied: false)
            daemon.send(SIGKILL)
            #expect(try await daemon.ending() == .killed(SIGKILL))
            #expect(try rig.totals().stored < Int64(expected.commits.count), "events are missing at the kill")
        }
        let skippedBefore = try rig.totals().skippedByReason["duplicate", default: 0]
        let daemon = try rig.start()
        try await rig.waitForCommits(expected.commits.count)
        try await eventually("duplicates were skipped after the kills") {
            try rig.totals().skippedByReason["duplicate", default: 0] > 0
        }
        #expect(try await rig.stop(daemon) == .exited(0))
        let differences = try expected.differences(from: rig.database)
        #expect(differences == [])
        #expect(try rig.totals().skippedByReason["duplicate", default: 0] >= skippedBefore)
        #expect(rig.server.statistics().drops > 0, "connections were cut")
        try await rig.server.stop()
    }

    @Test func `invariant 2: a stream that comes twice leaves what it leaves once`() async throws {
        let rig = try await DaemonRig(AccountingTests.generated(hasSequences: false))
        let lines = rig.server.events()
        let expected = try ExpectedState(lines)
        let daemon = try rig.start()
        try await rig.waitForCommits(expected.commits.count)
        rig.server.append(lines)
        try await eventually("the second run of the stream is skipped") {
            try rig.totals().skippedByReason["duplicate", default: 0] >= Int64(expected.commits.count)
        }
        #expect(try await rig.stop(daemon) == .exited(0))
        let differences = try expected.differences(from: rig.database)
        #expect(differences == [])
        try await rig.server.stop()
    }

    private static let captures = ["jetstream-v1-real", "jetstream-v1-server"]
        .map { Repository.path("../shared/data/\($0).jsonl") }

    @Test(
        .enabled(
            if: captures.allSatisfy { FileManager.default.fileExists(atPath: $0) },
            "skipped: there are no captures of real servers here"
        ),
        arguments: captures
    )
    func `a captured stream ends as exactly the rows and records that it says`(capture: String) async throws {
        var configuration = SimulatorConfiguration()
        configuration.source = .file(path: capture)
        let rig = try await DaemonRig(configuration)
        let lines = try String(contentsOfFile: capture, encoding: .utf8).split(separator: "\n").map(String.init)
        let expected = try ExpectedState(lines)
        let daemon = try rig.start()
        try await rig.waitForCommits(expected.commits.count)
        #expect(try await rig.stop(daemon) == .exited(0))
        let differences = try expected.differences(from: rig.database)
        #expect(differences == [])
        try await rig.server.stop()
    }
}
