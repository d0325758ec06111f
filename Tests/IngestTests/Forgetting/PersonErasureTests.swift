import GRDB
import Jetstream
import Store
import TestSupport
import Testing
import Texts

@testable import Ingest

/// What is left of a person who was forgotten: nothing.
@Suite
struct PersonErasureTests {
    private let rig: ForgettingRig
    private var harness: IngestHarness { rig.harness }

    init() throws {
        rig = try ForgettingRig()
    }

    /// Events of the person among those of the others, so that their rows lie on the same pages.
    private func mixed(seed: UInt64) -> [String] {
        var random = SeededGenerator(seed: seed)
        var life = rig.life()[...]
        return rig.neighbours(2_000, seed: seed).flatMap { line in
            Int.random(in: 0..<20, using: &random) == 0 ? [line] + [life.popFirst()].compactMap(\.self) : [line]
        } + life
    }

    @Test(arguments: [1, 2, 3, 4, 5, 6] as [UInt64])
    func `no byte of a forgotten person is left in the database's files`(_ seed: UInt64) async throws {
        let lines = mixed(seed: seed)
        for start in stride(from: 0, to: lines.count, by: 100) {
            try await harness.process(Array(lines[start..<min(start + 100, lines.count)]))
        }
        let state = try harness.state()
        let before = try rig.traces()
        #expect(before.count == 3 && before.values.allSatisfy { $0 > 0 }, "\(before)")
        #expect(try harness.store.read { db in try ActorRepository(db).counts() } == (1, 1))

        let result = try await rig.forget()
        #expect(result.records == 50)
        #expect(result.tombstones == 10)
        #expect(result.events == rig.life().count)
        #expect(result.knewAccount && result.isLogEmptied && result.openEvents == 0)
        #expect(try rig.traces().isEmpty)
        #expect(try harness.actor(ForgettingRig.person) == nil)
        #expect(try harness.state() == state.filter { $0.key != ForgettingRig.person })
        #expect(try harness.store.read { db in try ActorRepository(db).counts() } == (0, 0))
        try harness.expectSums()
        #expect(
            try harness.text("SELECT action || ' ' || counts FROM audit")
                == #"forget {"blocked":0,"events":\#(result.events),"records":50,"tombstones":10}"#
        )
    }

    @Test
    func `a count says what would be erased, and changes nothing`() async throws {
        try await harness.process(rig.life())
        let before = try harness.log()
        var erasure = PersonErasure(ForgettingRig.person, store: rig.other) { _ in }
        let count = try erasure.count()
        #expect(try harness.log() == before)
        #expect(try harness.number("SELECT count(*) FROM forgotten") == 0)
        let result = try await rig.forget()
        #expect((count.records, count.tombstones, count.events) == (result.records, result.tombstones, result.events))
        #expect(count.payloadBytes == result.payloadBytes && count.knewAccount)
    }

    @Test
    func `who is not known is noted all the same, and what was told of an unknown account goes`() async throws {
        let account = SampleAccount(did: ForgettingRig.person, status: "takendown", seconds: 1, seq: 1)
        try await harness.process([account.json])
        #expect(try harness.number("SELECT count(*) FROM account_tombstone") == 1)
        let result = try await rig.forget()
        #expect(result.knewAccount && result.events == 1)
        #expect(try rig.traces().isEmpty)
        #expect(try await rig.forget().knewAccount == false)
        #expect(try harness.number("SELECT count(*) FROM forgotten") == 1)
        try await harness.process([rig.commit(at: 2, rkey: "a")])
        #expect(try harness.log().isEmpty)
    }

    @Test
    func `a revision that is ahead of our clock goes too`() async throws {
        try await harness.process([rig.commit(at: 9_000, rkey: "ahead")])
        #expect(try harness.record(SampleCommit(at: 1, rkey: "ahead").with { $0.did = ForgettingRig.person }) != nil)
        #expect(try await rig.forget(at: 4_000).records == 1)
        #expect(try harness.number("SELECT count(*) FROM record") == 0)
        #expect(try rig.traces().isEmpty)
    }

    @Test
    func `a reader of the write-ahead log keeps it from being emptied, which is said`() async throws {
        try await harness.process(rig.life())
        var configuration = Configuration()
        configuration.allowsUnsafeTransactions = true
        let reader = try DatabaseQueue(path: harness.store.path, configuration: configuration)
        try await reader.writeWithoutTransaction { db in
            try db.execute(sql: "BEGIN; SELECT count(*) FROM record")
        }
        let result = try await rig.forget(patience: .milliseconds(100))
        #expect(!result.isLogEmptied)
        #expect(result.events == rig.life().count)
        #expect(try !rig.traces().isEmpty)
        try reader.close()
        #expect(try await rig.forget().isLogEmptied)
        #expect(try rig.traces().isEmpty)
    }
}
