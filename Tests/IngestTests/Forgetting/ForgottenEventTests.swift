import GRDB
import Jetstream
import Store
import TestSupport
import Testing

@testable import Ingest

/// What becomes of events whose person was forgotten.
@Suite
struct ForgottenEventTests {
    private let rig: ForgettingRig
    private var harness: IngestHarness { rig.harness }

    init() throws {
        rig = try ForgettingRig()
    }

    private static let skipped = EventApplier.Outcome.skipped("Skipped: the person was forgotten")

    private func records() throws -> Int64 {
        let sql = "SELECT count(*) FROM record WHERE did = '\(ForgettingRig.person)'"
        return try harness.number(sql) ?? 0
    }

    @Test(arguments: [false, true])
    func `invariant 2, 5: a stream that is read again brings nobody back`(_ isBlocked: Bool) async throws {
        let life = rig.life().dropLast()
        let others = rig.neighbours(300, seed: 1)
        try await harness.process(others + life)
        try await rig.forget(at: 3_600, isBlocked: isBlocked)
        let log = try harness.log()
        let flow = try await harness.process(others + life).flow
        #expect(flow.stored == 0)
        #expect(flow.skipped[.forgotten] == life.count)
        #expect(flow.remainder == 0)
        #expect(try harness.totals().skippedByReason["forgotten"] == Int64(life.count))
        #expect(try harness.log() == log)
        #expect(try harness.position()?.timeMicroseconds == at(94))
        #expect(try rig.traces().isEmpty)
        try harness.expectSums()
    }

    @Test(arguments: [false, true])
    func `later events are stored again, unless they are blocked`(_ isBlocked: Bool) async throws {
        try await harness.process(rig.life())
        try await rig.forget(at: 100, isBlocked: isBlocked)
        let person = ForgettingRig.person
        let later = [
            rig.commit(at: 101, rkey: "later"), rig.commit("update", at: 102, rkey: "key3"),
            SampleIdentity(did: person, handle: "new.example", seconds: 103, seq: 103).json,
        ]
        let flow = try await harness.process(later + rig.life().dropLast()).flow
        #expect(flow.stored == (isBlocked ? 0 : 3))
        #expect(try records() == (isBlocked ? 0 : 2))
        #expect(try harness.actor(person)?.handle == (isBlocked ? nil : "new.example"))
        // To forget again is to forget what came since, and does not lift what was blocked.
        try await rig.forget(at: 200)
        #expect(try rig.traces().isEmpty)
        try await harness.process([rig.commit(at: 201, rkey: "latest")])
        #expect(try records() == (isBlocked ? 0 : 1))
        try harness.expectSums()
    }

    @Test
    func `an event of before that another host saw later is known by its revision, or the relay's time`() async throws {
        try await rig.forget(at: 100)
        let late = SampleCommit(at: 99, rkey: "a").with { commit in
            (commit.did, commit.timeMicroseconds) = (ForgettingRig.person, at(150))
        }
        let identity = SampleIdentity(did: ForgettingRig.person, handle: "a.example", seconds: 99, seq: 1).json
        let time = #""time_us":\#(at(99))"#
        #expect(identity.contains(time))
        let flow = try await harness.process([late.json, identity.replacing(time, with: #""time_us":\#(at(150))"#)])
            .flow
        #expect(flow.skipped == [.forgotten: 2])
    }

    @Test
    func `an event of before whose revision is ahead of the clock is known by its time`() async throws {
        try await rig.forget(at: 100)
        let ahead = SampleCommit(at: 99, rkey: "a").with { commit in
            (commit.did, commit.rev) = (ForgettingRig.person, SampleCommit(at: 1_000_000).rev)
        }
        #expect(try await harness.process([ahead.json]).flow.skipped == [.forgotten: 1])
    }

    @Test
    func `invariant 1: what a killed daemon had logged is erased, where nobody has it in hand`() async throws {
        try harness.logOnly(rig.life() + rig.neighbours(20, seed: 2))
        let result = try await rig.forget()
        #expect(result.openEvents == 0 && result.events == rig.life().count)
        #expect(try records() == 0)
        #expect(try rig.traces().isEmpty)
        #expect(try harness.count(status: .processing) == 20)
        #expect(try harness.recover() == 20)
        try harness.expectSums()
    }

    @Test
    func `invariant 1: what a daemon has in hand is left to it, and comes to nothing`() async throws {
        let lock = try DatabaseLock(databaseAt: harness.store.path)
        defer { withExtendedLifetime(lock) {} }
        try harness.logOnly(rig.life().dropLast())
        let result = try await rig.forget(patience: .zero)
        #expect(result.openEvents == rig.life().count - 1)
        #expect(result.events == 0)
        try harness.recover()
        #expect(try harness.outcomes().allSatisfy { $0 == ForgottenEventTests.skipped })
        #expect(try harness.actor(ForgettingRig.person) == nil)
        try harness.expectSums()
        #expect(try await rig.forget(patience: .zero).openEvents == 0)
        #expect(try rig.traces().isEmpty)
        try harness.expectSums()
    }

    @Test
    func `a retry brings nobody back`() async throws {
        try await harness.process([rig.commit(at: 1, rkey: "a")])
        try await harness.process([
            SampleCommit(at: 2, rkey: "b").with { ($0.did, $0.cid) = (ForgettingRig.person, nil) }.json
        ])
        // As if the forgetting had been cut short after its first transaction.
        struct Cut: Error {}
        await #expect(throws: Cut.self) { try await rig.forget(giveWay: { _ in throw Cut() }) }
        #expect(try harness.log().count == 2)
        #expect(try harness.record(SampleCommit(at: 1, rkey: "a").with { $0.did = ForgettingRig.person }) == nil)
        let message = ForgottenEventTests.skipped.message
        #expect(
            try ActivityRetry(store: harness.store).retry(2) == .applied(id: 2, status: .success, message: message)
        )
        try await rig.forget()
        #expect(try rig.traces().isEmpty)
        try harness.expectSums()
    }

    @Test
    func `a handler that knew the person has forgotten with the next batch`() async throws {
        try await harness.run { running in
            running.feed([rig.commit(at: 1, rkey: "a"), SampleCommit(at: 1).json])
            try await running.settle()
            try await rig.forget(at: 100)
            running.feed([
                rig.commit(at: 2, rkey: "b"), rig.commit(at: 101, rkey: "c"),
                SampleCommit("update", at: 3, text: "Changed").json,
            ])
            try await running.settle()
            #expect(running.state.flow.skipped == [.forgotten: 1])
        }
        #expect(try harness.outcomes() == [.success, .success, .success])
        #expect(try records() == 1)
        try harness.expectSums()
    }

    @Test
    func `a person with many records is erased in chunks while the events of others flow`() async throws {
        for start in stride(from: 0, to: 4_000, by: 1_000) {
            try await harness.process((start..<start + 1_000).map { rig.commit(at: Int64($0 / 10), rkey: "many\($0)") })
        }
        let others = rig.neighbours(3_000, seed: 3)
        var chunks = 0
        var fed = 0
        let run = try await harness.run { running in
            try await rig.forget(giveWay: { _ in
                chunks += 1
                running.feed(Array(others[fed..<min(fed + 100, others.count)]))
                fed = min(fed + 100, others.count)
                // What was fed between two chunks is stored before the next: nothing waits for the end.
                await running.queue.drained()
            })
            #expect(chunks > 5 && fed > 500, "\(chunks) chunks, \(fed) events")
            running.feed(Array(others[fed...]))
            try await running.settle()
        }
        #expect(run.state.flow.stored + run.state.flow.skipped.values.reduce(0, +) == others.count)
        #expect(try records() == 0)
        let alone = try IngestHarness()
        try await alone.process(others)
        #expect(try harness.state() == alone.state())
        try harness.expectSums()
    }
}
