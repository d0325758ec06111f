import Foundation
import GRDB
import Glibc
import JetstreamSimulator
import Store
import TestSupport
import Testing

/// The program is killed again and again while events come.
@Suite(.serialized) struct KillFaults {
    private static let kills = 50

    /// What was interrupted three times, as it is bound to be now and then, waits as an error and is brought back.
    @Test(arguments: [true, false])
    func `invariant 1, 2: 50 kills at random moments lose nothing and double nothing`(
        hasSequences: Bool
    ) async throws {
        var configuration = SimulatorConfiguration()
        configuration.source = .generated(events: 20_000)
        configuration.hasSequences = hasSequences
        // By time each start first brings again what came in 5 s, so that it has to be fast.
        configuration.eventsPerSecond = hasSequences ? 4_000 : nil
        let rig = try await DaemonRig(configuration)
        let expected = try ExpectedState(rig.server.events())
        var random = TestSupport.SeededGenerator(seed: UInt64(5))
        for kill in 0..<KillFaults.kills {
            let daemon = try rig.start()
            let share = Double(kill) / Double(KillFaults.kills + 10)
            try await rig.waitForRows(Int64(Double(expected.commits.count) * share), applied: false)
            // Not to wait for something: the moment is to be any, also one at which the program just starts.
            try await Task.sleep(for: .milliseconds(Int.random(in: 0..<120, using: &random)))
            daemon.send(SIGKILL)
            #expect(try await daemon.ending() == .killed(SIGKILL))
        }
        let daemon = try rig.start()
        try await rig.waitForCommits(expected.commits.count)
        #expect(try await rig.stop(daemon) == .exited(0))
        try await rig.bringBackInterrupted()
        let differences = try expected.differences(from: rig.database)
        #expect(differences == [])
        #expect(try rig.totals().remainder == 0)
        #expect(try await rig.verify() == nil)
        try await rig.server.stop()
    }
}
