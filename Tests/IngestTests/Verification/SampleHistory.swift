import Jetstream
import Store
import TestSupport
import Testing

@testable import Ingest

/// A small database in which everything that `verify` looks at is there once at least.
enum SampleHistory {
    static let kept = SampleCommit(at: 1).with { $0.did = did("alice") }
    static let buried = SampleCommit(at: 2).with { $0.did = did("bob") }
    static let gone = SampleCommit(at: 3).with { $0.did = did("carol") }
    static let named = SampleCommit(at: 4).with { $0.did = did("dave") }

    /// What is in the log; ids 3 and on, the first in a batch of its own.
    static let lines = [
        kept.json, buried.json, gone.json, named.json,
        SampleCommit("update", at: 11, text: "Second").with { $0.did = did("alice") }.json,
        SampleCommit("update", at: 12, text: "Second").with { $0.did = did("alice") }.json,
        SampleCommit("update", at: 10, text: "Late").with { $0.did = did("alice") }.json,
        SampleCommit("delete", at: 13).with { $0.did = did("bob") }.json,
        SampleAccount.deleted(did("carol"), at: 14, seq: 14).json,
        SampleIdentity(did: did("dave"), handle: "dave.example", seconds: 15, seq: 15).json,
        SampleIdentity(did: did("dave"), handle: nil, seconds: 16, seq: 16).json,
        SampleAccount(did: did("dave"), active: false, status: "suspended", seconds: 17, seq: 17).json,
        SampleAccount.deleted(did("erin"), at: 18, seq: 18).json,
        SampleIdentity(did: did("nobody"), handle: "nobody.example", seconds: 19, seq: 19).json,
        SampleCommit(at: 20, rkey: "other").with { $0.cid = nil }.json,
        "{ nonsense",
        kept.json,
    ]

    /// Fills a database; the log begins at id 3, since the first two events were cleaned up.
    @discardableResult
    static func fill(_ harness: IngestHarness) async throws -> RunState {
        try await harness.process([
            SampleCommit(at: -20, rkey: "old").json, SampleCommit(at: -10, rkey: "bad").with { $0.cid = nil }.json,
        ])
        harness.clock.now += 1_000_000
        // Of what was received together with the oldest event that is left, nobody can tell whether it was in the log.
        try await harness.process([lines[0]])
        harness.clock.now += 1_000_000
        let state = try await harness.process(Array(lines.dropFirst()))
        try harness.store.write { db in
            _ = try ActivityRepository(db).deleteOldest(.everything(through: 2), limit: 10)
            let ledger = GapLedger(clock: harness.clock.wallClock)
            for host in ["one", "other"] {
                let gap = StreamGap(host: host, wire: .v1, fromMicroseconds: 1, toMicroseconds: 2, cause: "blind")
                let number = try ledger.record(gap, db)
                if host == "one" { try ledger.write([.healed(gap: number, how: "read again")], db) }
            }
        }
        return state
    }
}

extension IngestHarness {
    /// What a verification finds now, in looks so small that it takes several.
    func verify(examinesFile: Bool = false, rowsOfLook: Int = 3) throws -> [VerifiedCheck] {
        let verification = Verification(store: store, nowMicroseconds: clock.now, rowsOfLook: rowsOfLook)
        return try verification.run(examinesFile: examinesFile)
    }

    /// Which of the checks differ.
    func differing(examinesFile: Bool = false) throws -> Set<VerifiedCheck.Name> {
        Set(try verify(examinesFile: examinesFile).filter { !$0.isSound }.map(\.name))
    }

    /// Expects that a verification finds nothing.
    func expectSound(rowsOfLook: Int = 3, sourceLocation: SourceLocation = #_sourceLocation) throws {
        for check in try verify(rowsOfLook: rowsOfLook) {
            #expect(check.differences == [], sourceLocation: sourceLocation)
        }
    }
}
