import Store
import Testing

@testable import Ingest

@Suite
struct Invariant3OrderTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let words: String
        /// Events of one record, in the order of arrival.
        let events: [SampleCommit]
        /// How the last of them ends.
        let outcome: EventApplier.Outcome
        /// Second of the stored revision, and its text; nil when there is no record.
        var record: (seconds: Int64, text: String)?
        /// Second of the tombstone's revision; nil when there is none.
        var tombstone: Int64?

        var testDescription: String { words }
    }

    private static let older = EventApplier.Outcome.skipped("Skipped: older than the stored revision")
    private static let duplicate = EventApplier.Outcome.skipped("Skipped: duplicate CID")
    private static let conflict = EventApplier.Outcome.error("Conflicting CID for one revision")

    private static func put(_ seconds: Int64, _ text: String) -> SampleCommit {
        SampleCommit("create", at: seconds, text: text)
    }

    private static func update(_ seconds: Int64, _ text: String) -> SampleCommit {
        SampleCommit("update", at: seconds, text: text)
    }

    private static func delete(_ seconds: Int64) -> SampleCommit { SampleCommit("delete", at: seconds) }

    static let cases: [Case] = [
        Case(words: "first", events: [put(5, "A")], outcome: .success, record: (5, "A")),
        Case(words: "update of nothing", events: [update(5, "A")], outcome: .success, record: (5, "A")),
        Case(words: "newer", events: [put(4, "A"), update(5, "B")], outcome: .success, record: (5, "B")),
        Case(words: "newer, by create", events: [put(4, "A"), put(5, "B")], outcome: .success, record: (5, "B")),
        Case(
            words: "newer, same content",
            events: [put(4, "A"), update(5, "A")],
            outcome: duplicate,
            record: (5, "A")
        ),
        Case(
            words: "same revision and content",
            events: [put(5, "A"), update(5, "A")],
            outcome: duplicate,
            record: (5, "A")
        ),
        Case(
            words: "same revision, other content",
            events: [put(5, "A"), update(5, "B")],
            outcome: conflict,
            record: (5, "A")
        ),
        Case(words: "older", events: [put(5, "A"), update(4, "B")], outcome: older, record: (5, "A")),
        Case(words: "delete", events: [put(4, "A"), delete(5)], outcome: .success, tombstone: 5),
        Case(words: "delete of nothing", events: [delete(5)], outcome: .success, tombstone: 5),
        Case(
            words: "delete, older than the record",
            events: [put(5, "A"), delete(4)],
            outcome: older,
            record: (5, "A")
        ),
        Case(
            words: "delete of the record's revision",
            events: [put(5, "A"), delete(5)],
            outcome: older,
            record: (5, "A")
        ),
        Case(
            words: "delete, newer than the tombstone",
            events: [delete(4), delete(5)],
            outcome: .success,
            tombstone: 5
        ),
        Case(words: "delete, older than the tombstone", events: [delete(5), delete(4)], outcome: older, tombstone: 5),
        Case(words: "put, older than the tombstone", events: [delete(5), put(4, "A")], outcome: older, tombstone: 5),
        Case(
            words: "put, of the tombstone's revision",
            events: [delete(5), put(5, "A")],
            outcome: older,
            tombstone: 5
        ),
        Case(
            words: "put, newer than the tombstone",
            events: [delete(4), put(5, "A")],
            outcome: .success,
            record: (5, "A")
        ),
        Case(
            words: "the same content after a delete",
            events: [put(3, "A"), delete(4), put(5, "A")],
            outcome: .success,
            record: (5, "A")
        ),
        Case(
            words: "a delete between two revisions that came before it",
            events: [put(3, "A"), put(5, "B"), delete(4)],
            outcome: older,
            record: (5, "B")
        ),
    ]

    @Test(arguments: cases)
    func `invariant 3: events of one record end by revision`(_ example: Case) async throws {
        // Both in one batch and each in a run of its own.
        for isApart in [false, true] {
            let harness = try IngestHarness()
            let lines = example.events.map(\.json)
            for batch in isApart ? lines.map({ [$0] }) : [lines] { try await harness.process(batch) }
            #expect(try harness.outcomes().last == example.outcome)
            let record = try harness.record(delete)
            #expect(record?.rev == example.record.map { revision($0.seconds) })
            #expect(record?.cid == example.record.map { contentIdentifier($0.text) })
            #expect(record.map { String(decoding: $0.json, as: UTF8.self) } == example.record.flatMap { put($0.text) })
            #expect(try harness.tombstone(delete) == example.tombstone.map { revision($0) })
            try harness.expectSums()
        }
    }

    private var delete: SampleCommit { Invariant3OrderTests.delete(0) }

    private func put(_ text: String) -> String? { Invariant3OrderTests.put(0, text).record }

    @Test(arguments: ["3lqz2abcdef2", "3lqz2abcdef2ss", "zzzzzzzzzzzzz", "3LQZ2ABCDEF2S", "3lqz2abcdef21"])
    func `invariant 3: a revision that is no TID is an error, for puts and deletes`(_ rev: String) async throws {
        let harness = try IngestHarness()
        try await harness.process([
            SampleCommit(at: 1).with { $0.rev = rev }.json, SampleCommit("delete", at: 1).with { $0.rev = rev }.json,
        ])
        let outcome = EventApplier.Outcome.error("Invalid revision: \(rev) is no TID")
        #expect(try harness.outcomes() == [outcome, outcome])
        #expect(try harness.record(SampleCommit(at: 1)) == nil)
        #expect(try harness.tombstone(SampleCommit(at: 1)) == nil)
        #expect(try harness.actor() == nil)
    }
}
