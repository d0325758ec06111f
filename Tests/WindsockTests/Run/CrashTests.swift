import Foundation
import GRDB
import Glibc
import JetstreamSimulator
import Store
import TestSupport
import Testing

/// The program is killed at each step of what it does to the database; the next start makes good what it left.
@Suite struct CrashTests {
    /// A step, and at which passing of it the program is killed.
    typealias Crash = (point: CrashPoint, pass: Int)

    @Test func `invariant 1: killed at any step of the two commits, it ends as if nothing had been`() async throws {
        let stream = try await CrashStream()
        let undisturbed = try await stream.run()
        #expect(undisturbed.count("log") > 1_000)
        let crashes: [Crash] = [
            (.logBegun, 1), (.logBegun, 2), (.logInserted, 1), (.logInserted, 3), (.logPositioned, 1),
            (.logPositioned, 2), (.logCommitted, 1), (.logCommitted, 3),
            (.applyBegun, 1), (.applyBegun, 2), (.applyApplied, 1), (.applyApplied, 3), (.applyCommitted, 2),
            (.applyAlone, 1), (.applyAlone, 20), (.checkpointBegun, 1), (.checkpointDone, 1),
        ]
        for crash in crashes {
            let dump = try await stream.run(crashes: [crash])
            #expect(undisturbed.differences(from: dump) == [], "\(crash)")
        }
    }

    @Test func `killed at any step of the first start, it ends as if nothing had been`() async throws {
        let stream = try await CrashStream()
        let undisturbed = try await stream.run(refusing: false)
        for point in [CrashPoint.migrationBegun, .migrationMade, .migrationCommitted] {
            let dump = try await stream.run(refusing: false, crashes: [(point, 1)])
            #expect(undisturbed.differences(from: dump) == [], "\(point)")
        }
    }

    @Test func `invariant 1: killed at any step of the recovery too, it ends as if nothing had been`() async throws {
        let stream = try await CrashStream()
        let undisturbed = try await stream.run()
        for point in [CrashPoint.recoveryCounted, .recoveryApplied, .recoveryCommitted] {
            let dump = try await stream.run(crashes: [(.applyApplied, 2), (point, 1)])
            #expect(undisturbed.differences(from: dump) == [], "\(point)")
        }
    }

    @Test func `killed at any step of the clean-up, it ends as if nothing had been`() async throws {
        let stream = try await CrashStream()
        let undisturbed = try await stream.run(cleaning: true)
        #expect(undisturbed.count("log") < 1_000)
        let crashes: [Crash] = [
            (.sweepDeleted, 1), (.sweepDeleted, 2), (.sweepDeleted, 4), (.sweepCommitted, 1), (.sweepCommitted, 3),
            (.purgeDeleted, 1), (.purgeCommitted, 1), (.checkpointBegun, 1), (.checkpointDone, 1),
        ]
        for crash in crashes {
            let dump = try await stream.run(cleaning: true, crashes: [crash])
            #expect(undisturbed.differences(from: dump) == [], "\(crash)")
        }
    }
}
