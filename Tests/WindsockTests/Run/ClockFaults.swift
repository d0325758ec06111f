import Foundation
import GRDB
import Glibc
import JetstreamSimulator
import Store
import TestSupport
import Testing

/// The time of day jumps under the running program.
@Suite(.serialized) struct ClockFaults {
    private static let reason: Comment = "skipped: there is no cc, or programs do not take another clock here"
    private static let day: Int64 = 86_400
    private static let years: Int64 = 3_653 * day

    private static func rig() async throws -> (DaemonRig, JumpingClock, arguments: [String]) {
        var configuration = SimulatorConfiguration()
        configuration.source = .generated(events: 12_000)
        configuration.hasSequences = true
        configuration.eventsPerSecond = 1_500
        let rig = try await DaemonRig(configuration)
        let settings = #"{"activity": {"retentionHours": 1}, "database": {"minFreeBytes": 0}}"#
        let clock = try JumpingClock(in: rig.folder)
        return (rig, clock, ["--config", try rig.folder.write(settings, to: "config.json")])
    }

    /// Sees more events stored, has a sweep done, and sees that it took nothing.
    private func expectAlive(_ rig: DaemonRig, _ daemon: RunningProcess, _ offset: Int64) async throws {
        let before = try rig.totals()
        let sweeps = daemon.log.split(separator: "Cleaned up activity older than 1 hours").count
        daemon.send(SIGUSR1)
        try await eventually("it sweeps at \(offset): \(daemon.log)") {
            daemon.log.split(separator: "Cleaned up activity older than 1 hours").count > sweeps
        }
        try await eventually("events are stored at \(offset): \(daemon.log)") {
            try rig.totals().stored > before.stored + 500
        }
        try await eventually("the run says so at \(offset)") {
            let run = try rig.read(else: nil) { db in try RunRepository(db).load() }
            let now = Int64(Date().timeIntervalSince1970) + offset
            return run.map { abs($0.updatedAtMicroseconds / 1_000_000 - now) < 3_600 } ?? false
        }
        #expect(daemon.isRunning)
        #expect(try rig.totals().cleanedByStatus.values.reduce(0, +) == 0, "at \(offset)")
        #expect(daemon.log.split(separator: "Connected").count == 2, "one connection, at \(offset): \(daemon.log)")
    }

    @Test(.enabled(if: JumpingClock.isPossible, reason))
    func `a clock that jumps by a day or by years deletes nothing and stops nothing`() async throws {
        let (rig, clock, arguments) = try await Self.rig()
        let expected = try ExpectedState(rig.server.events())
        let daemon = try rig.start(arguments, environment: clock.environment)
        try await rig.waitForRows(500, applied: false)
        for offset in [0, Self.day, 0, -Self.day, 0, Self.years, 0] {
            try clock.jump(toSeconds: offset)
            try await expectAlive(rig, daemon, offset)
        }
        try await rig.waitForCommits(expected.commits.count)
        #expect(daemon.log.contains("The clock is ahead of where it should be"))
        #expect(daemon.log.contains("The clock was put back"))
        #expect(try await rig.stop(daemon) == .exited(0))
        #expect(try expected.differences(from: rig.database) == [])
        #expect(try await rig.verify() == nil)
        try await rig.server.stop()
    }

    @Test(.enabled(if: JumpingClock.isPossible, reason))
    func `a start with a clock that is years ahead deletes nothing, and what follows is stored`() async throws {
        let (rig, clock, arguments) = try await Self.rig()
        let expected = try ExpectedState(rig.server.events())
        let first = try rig.start(arguments, environment: clock.environment)
        try await rig.waitForRows(500, applied: false)
        #expect(try await rig.stop(first) == .exited(0))

        try clock.jump(toSeconds: Self.years)
        let second = try rig.start(arguments, environment: clock.environment)
        try await eventually("it has swept: \(second.log)") {
            second.log.split(separator: "Cleaned up activity").count == 3
        }
        try await eventually("events are stored: \(second.log)") { try rig.totals().stored > 2_000 }
        try clock.jump(toSeconds: 0)
        try await rig.waitForCommits(expected.commits.count)
        #expect(try await rig.stop(second) == .exited(0))
        #expect(try rig.totals().cleanedByStatus.values.reduce(0, +) == 0)
        #expect(try expected.differences(from: rig.database) == [])
        try await rig.server.stop()
    }
}
