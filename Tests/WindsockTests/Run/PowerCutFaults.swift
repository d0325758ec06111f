import Foundation
import Glibc
import JetstreamSimulator
import Store
import TestSupport
import Testing

/// The power is cut while events come: what was not synced is gone.
@Suite(.serialized) struct PowerCutFaults {
    private static let reason: Comment = "skipped: needs root, loop devices, and an ext4 that can be shut down"

    /// How often the power is cut in the course of one stream.
    private static let cuts = 5

    /// 20 cuts in all.
    private static let streams = UInt64(1)...4

    struct Round {
        var synchronous: Synchronous
        var seed: UInt64

        /// By sequence number and by time in turn.
        var hasSequences: Bool { seed.isMultiple(of: 2) }
    }

    /// What a reader of the database has seen.
    private struct Sight {
        var stored: Int64 = 0
        var timeMicroseconds: Int64 = 0

        init(_ rig: DaemonRig) throws {
            (stored, timeMicroseconds) = try rig.read(else: (0, 0)) { db in
                let time = try CursorRepository(db).newest()?.timeMicroseconds
                return (try CounterRepository(db).totals().stored, time ?? 0)
            }
        }
    }

    private static func rig(_ round: Round, on disk: CuttableDisk) async throws -> (DaemonRig, arguments: [String]) {
        var configuration = SimulatorConfiguration()
        configuration.source = .generated(events: 6_000)
        configuration.seed = round.seed
        configuration.hasSequences = round.hasSequences
        // By time each start first brings again what came in 5 s, so that it has to be fast.
        configuration.eventsPerSecond = round.hasSequences ? 3_000 : 4_000
        let rig = try await DaemonRig(configuration, database: disk.path("windsock.db"))
        let settings = """
            {"database": {"synchronous": "\(round.synchronous.rawValue)", "commitIntervalMilliseconds": 10,
            "minFreeBytes": 0, "ballastBytes": 0}}
            """
        return (rig, ["--config", try rig.folder.write(settings, to: "config.json")])
    }

    /// The log is moved into the file often, which is when the two have to be synced in the right order.
    private static let environment = ["WINDSOCK_CHECKPOINT_BYTES": "1048576"]

    @Test(.enabled(if: CuttableDisk.isPossible, reason))
    func `invariant 1: 20 power cuts with full lose nothing that was committed`() async throws {
        for seed in Self.streams {
            let lost = try await readThroughCuts(Round(synchronous: .full, seed: seed))
            #expect(lost == 0)
        }
    }

    @Test(.enabled(if: CuttableDisk.isPossible, reason))
    func `invariant 1: 20 power cuts with normal damage nothing, and what they lose is read again`() async throws {
        var lost: Int64 = 0
        for seed in Self.streams { lost += try await readThroughCuts(Round(synchronous: .normal, seed: seed)) }
        #expect(lost > 0, "there was something to read again")
    }

    /// Reads a stream to its end, however often the power is cut; returns how many stored events the cuts took.
    private func readThroughCuts(_ round: Round) async throws -> Int64 {
        let disk = try CuttableDisk(mebibytes: 96)
        let (rig, arguments) = try await Self.rig(round, on: disk)
        let expected = try ExpectedState(rig.server.events())
        var random = TestSupport.SeededGenerator(seed: round.seed)
        var lost: Int64 = 0
        for cut in 0..<Self.cuts {
            let daemon = try rig.start(arguments, environment: Self.environment)
            let share = Double(cut + 1) / Double(Self.cuts + 3)
            try await rig.waitForRows(Int64(Double(expected.commits.count) * share), applied: false)
            // Not to wait for something: the moment is to be any.
            try await Task.sleep(for: .milliseconds(Int.random(in: 0..<60, using: &random)))
            let seen = try Sight(rig)
            #expect(seen.stored < Int64(expected.commits.count), "something is still to come")
            #expect(daemon.isRunning)
            try disk.cutPower()
            daemon.send(SIGKILL)
            _ = try await daemon.ending()
            try disk.restart()
            let found = try Sight(rig)
            lost += max(0, seen.stored - found.stored)
            if round.synchronous == .full {
                #expect(
                    found.stored >= seen.stored && found.timeMicroseconds >= seen.timeMicroseconds,
                    "\(round), \(cut)"
                )
            }
            // With normal there may be no table yet, which the next start makes good.
            if found.stored > 0 { try await expectSound(rig) }
        }
        let daemon = try rig.start(arguments, environment: Self.environment)
        try await rig.waitForCommits(expected.commits.count)
        #expect(try await rig.stop(daemon) == .exited(0))
        try await rig.bringBackInterrupted()
        let differences = try expected.differences(from: rig.database)
        #expect(differences == [])
        #expect(try rig.totals().remainder == 0)
        try await expectSound(rig)
        try await rig.server.stop()
        return lost
    }

    private func expectSound(_ rig: DaemonRig) async throws {
        let problem = try await rig.verify(["--deep"])
        #expect(problem == nil)
    }

    @Test(.enabled(if: CuttableDisk.isPossible, reason), arguments: [Synchronous.full, .normal])
    func `a disk that goes away ends the program with 74, and the next start reads on`(
        _ synchronous: Synchronous
    ) async throws {
        let disk = try CuttableDisk(mebibytes: 96)
        let (rig, arguments) = try await Self.rig(Round(synchronous: synchronous, seed: 2), on: disk)
        let expected = try ExpectedState(rig.server.events())
        let daemon = try rig.start(arguments)
        try await rig.waitForRows(1_000, applied: false)
        #expect(daemon.isRunning)
        try disk.cutPower()
        #expect(try await daemon.ending() == .exited(74))
        #expect(daemon.log.contains("cannot be relied on any more"), "\(daemon.log)")
        // Nothing more is to be had of it until it is mounted again.
        let refused = try rig.start(arguments)
        #expect(try await refused.ending() == .exited(74))

        try disk.restart()
        let again = try rig.start(arguments)
        try await rig.waitForCommits(expected.commits.count)
        #expect(try await rig.stop(again) == .exited(0))
        #expect(try expected.differences(from: rig.database) == [])
        try await rig.server.stop()
    }
}
