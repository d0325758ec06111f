import GRDB
import Jetstream
import Store
import TestSupport
import Testing

@testable import Ingest

@Suite
struct VerificationTests {
    private let harness: IngestHarness

    init() throws {
        harness = try IngestHarness()
    }

    @Test
    func `invariant 5: a new database, and one that was filled, are sound, and all of it is looked at`() async throws {
        for check in try harness.verify(examinesFile: true) { #expect(check.isSound, "\(check)") }
        let state = try await SampleHistory.fill(harness)
        let checks = try harness.verify(examinesFile: true)
        for check in checks { #expect(check.differences == []) }
        #expect(checks.map(\.name) == VerifiedCheck.Name.allCases)
        let examined = Dictionary(uniqueKeysWithValues: checks.map { ($0.name, $0.examined) })
        #expect(examined[.effects] == Int64(state.flow.stored + 1))
        #expect(examined[.bytes] == Int64(state.flow.stored + 1))
        #expect(examined[.records] == 4)
        #expect(examined[.tombstones] == 1)
        #expect(examined[.collections] == 1)
        #expect(examined[.run] == 1)
    }

    /// Damage that a hand, or a fault of the program, could do.
    struct Damage: Sendable, CustomTestStringConvertible {
        let sql: String
        let found: Set<VerifiedCheck.Name>
        /// What one of the differences says.
        var words = ""

        var testDescription: String { sql }

        init(_ sql: String, _ found: Set<VerifiedCheck.Name>, _ words: String = "") {
            self.sql = sql
            self.found = found
            self.words = words
        }
    }

    @Test(arguments: damages)
    func `invariant 5: damage is found, and named`(_ damage: Damage) async throws {
        try await SampleHistory.fill(harness)
        try harness.execute("PRAGMA foreign_keys = OFF")
        let changes = try harness.store.writeWithoutTransaction { db in
            let before = db.totalChangesCount
            try db.execute(sql: damage.sql)
            return db.totalChangesCount - before
        }
        #expect(changes > 0, "the damage was done")
        let checks = try harness.verify(examinesFile: damage.found.contains(.file))
        #expect(Set(checks.filter { !$0.isSound }.map(\.name)) == damage.found)
        let words = checks.flatMap(\.differences)
        #expect(words.contains { $0.contains(damage.words) }, "\(words)")
    }

    @Test
    func `invariant 5: ten differences are told, and all are counted`() async throws {
        try await harness.process((0..<30).map { SampleCommit(at: $0, rkey: "key\($0)").json })
        try harness.execute("DELETE FROM record")
        let effects = try #require(try harness.verify().first { $0.name == .effects })
        #expect(effects.differenceCount == 30)
        #expect(effects.differences.count == 10)
        #expect(effects.differences[0].hasPrefix("event 1, create of at://\(did("alice"))/app.bsky.feed.post/key0 at "))
    }

    @Test
    func `invariant 3: what a tombstone that was cleaned up has left is sound`() async throws {
        try await SampleHistory.fill(harness)
        try harness.execute("DELETE FROM tombstone; DELETE FROM account_tombstone")
        #expect(try harness.differing() == [.effects])
        // So old that clean-up may have taken them, though not the log.
        harness.clock.now += 73 * 3_600_000_000
        try harness.expectSound()
        // A tombstone that is older yet would have gone first.
        try harness.execute("INSERT INTO tombstone VALUES ('a.b.c', 'r', 'did:plc:x', '\(revision(0))', 1)")
        #expect(try harness.differing() == [.effects])
    }

    @Test
    func `invariant 1: a database whose last batch is still to be applied is sound`() async throws {
        try await SampleHistory.fill(harness)
        try harness.logOnly((30..<40).map { SampleCommit(at: $0, rkey: "key\($0)").json })
        try harness.expectSound()
        try harness.recover()
        try harness.expectSound()
    }

    @Test
    func `invariant 5: what is told of an account of which nothing is stored is looked for where it is kept`()
        async throws
    {
        try await SampleHistory.fill(harness)
        let hidden = SampleAccount(did: did("frank"), active: false, status: "takendown", seconds: 30, seq: 30)
        try await harness.process([hidden.json])
        try harness.expectSound()
        try harness.execute("DELETE FROM account_tombstone WHERE did = '\(did("frank"))'")
        #expect(try harness.differing() == [.effects])
        // Where clean-up may have taken it, nobody can tell.
        try harness.execute("DELETE FROM account_tombstone")
        harness.clock.now += 73 * 3_600_000_000
        try harness.expectSound()
    }

    @Test
    func `invariant 5: what is purged, retried and emptied leaves a sound database`() async throws {
        try await SampleHistory.fill(harness)
        try harness.execute(
            "CREATE TRIGGER refuse BEFORE INSERT ON record BEGIN SELECT RAISE(ABORT, 'refused by the test'); END"
        )
        try await harness.process([SampleCommit(at: 50, rkey: "retried").json])
        try harness.expectSound()
        try harness.execute("DROP TRIGGER refuse")
        let errors = ActivityFilter(sinceTimestamp: "", status: .error)
        try await ActivityRetry(store: harness.store).retryAll(errors) { _ in }
        try await harness.process([SampleCommit(at: 51, rkey: "emptied").json], emptiesPayloads: true)
        try harness.store.write { db in
            let carol = try #require(try ActorRepository(db).pendingPurges(limit: 1).first)
            _ = try RecordRepository(db)
                .purge(actor: carol.id, throughRev: carol.deletedRev, afterID: 0, limit: 10)
            try ActorRepository(db).purgeDone(carol.id)
        }
        try harness.expectSound()
    }

    @Test
    func `invariant 5: it is exact while events are stored and the oldest are cleaned up`() async throws {
        var random = SeededGenerator(seed: 55)
        var cleaned = 0
        try await harness.run { running in
            for round in 0..<60 as Range<Int64> {
                let lines = (0..<120).map { index in
                    let operation = ["create", "update", "delete"][Int.random(in: 0..<3, using: &random)]
                    return SampleCommit(operation, at: round * 120 + Int64(index), rkey: "key\(index % 40)").json
                }
                running.feed(lines)
                harness.clock.now += 1_000_000
                if round % 6 == 5 {
                    try harness.expectSound(rowsOfLook: 50)
                    let store = harness.store
                    async let deletion = store.write { db in
                        try ActivityRepository(db).deleteOldest(.everything(), limit: 500)
                    }
                    try harness.expectSound(rowsOfLook: 50)
                    cleaned += try await deletion.deletedRows
                }
            }
            try await running.settle()
        }
        #expect(cleaned > 0)
        try harness.expectSound(rowsOfLook: 50)
    }
}
