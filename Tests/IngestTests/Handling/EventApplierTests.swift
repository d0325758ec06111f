import GRDB
import Jetstream
import Store
import Testing

@testable import Ingest

@Suite
struct EventApplierTests {
    private let harness: IngestHarness

    init() throws {
        harness = try IngestHarness()
    }

    private static let missing = EventApplier.Outcome.error("Event missing record or cid")

    private func commit(_ change: (inout SampleCommit) -> Void) -> SampleCommit { SampleCommit(at: 1).with(change) }
}

/// Commits that cannot be applied, and their rows.
extension EventApplierTests {
    @Test(arguments: ["create", "update"], [nil, "null", "7", "[1]", #""text""#] as [String?])
    func `a put without a record that is an object is an error`(_ operation: String, _ record: String?) async throws {
        let commit = commit { commit in
            commit.operation = operation
            commit.record = record
        }
        try await harness.process([commit.json])
        #expect(try harness.outcomes() == [EventApplierTests.missing])
        #expect(try harness.actor() == nil)
        try harness.expectSums()
    }

    @Test(arguments: [nil, ""] as [String?])
    func `a put without a content identifier is an error`(_ cid: String?) async throws {
        try await harness.process([commit { $0.cid = cid }.json])
        #expect(try harness.outcomes() == [EventApplierTests.missing])
    }

    @Test
    func `an unknown operation is an error that names it`() async throws {
        try await harness.process([commit { $0.operation = "frobnicate" }.json])
        #expect(try harness.outcomes() == [.error("Unknown operation: frobnicate")])
        #expect(try harness.log().first?.operation == "frobnicate")
    }

    @Test(arguments: [
        ("{ nonsense", "Not JSON: "),
        ("", "Not JSON: "),
        (#"{"did":"did:plc:a","time_us":1,"kind":"frobnicate"}"#, "Unknown kind: frobnicate"),
        (#"{"did":"did:plc:a","time_us":1}"#, "Missing field: kind"),
        (#"{"did":"did:plc:a","time_us":1,"kind":"commit","commit":{}}"#, "Missing field: commit.rev"),
    ])
    func `a message that cannot be read is an error, kept as it came`(_ text: String, _ words: String) async throws {
        try await harness.process([text])
        let row = try #require(try harness.log().first)
        #expect(row.status == .error)
        #expect(row.errorMessage?.hasPrefix(words) == true, "\(row.errorMessage ?? "")")
        #expect(row.payload == Array(text.utf8))
        #expect(row.payloadIsText)
        #expect(row.operation == "unknown")
        #expect(row.timestamp == UTCTimestamp.text(microseconds: harness.clock.now))
        try harness.expectSums()
    }

    @Test(arguments: [
        (SampleMessage(bytes: [0x7B, 0xFF, 0x00, 0xFE], isText: true), "Not JSON: "),
        (
            SampleMessage(bytes: [0x28, 0xB5, 0x2F, 0xFD], isText: false),
            "A compressed message that could not be decomp"
        ),
        (SampleMessage(bytes: Array(#"{"kind":"commit"}"#.utf8), isText: false), "A binary message, where text was"),
        (SampleMessage(bytes: [0x28, 0xB5, 0x2F], isText: false), "A binary message, where text was asked for"),
    ])
    func `bytes that are no text are kept as a blob`(_ message: SampleMessage, _ words: String) async throws {
        try await harness.process([message])
        let row = try #require(try harness.log().first)
        #expect(row.status == .error)
        #expect(row.errorMessage?.hasPrefix(words) == true)
        #expect(row.payload == message.bytes)
        #expect(!row.payloadIsText)
        #expect(try harness.text("SELECT typeof(event_json) FROM jetstream_activity") == "blob")
        // A retry reads them again, and finds no more in them.
        #expect(
            try ActivityRetry(store: harness.store).retry(row.id)
                != .applied(id: row.id, status: .success, message: nil)
        )
        try harness.expectSums()
    }

    @Test
    func `the row of a commit has all its columns`() async throws {
        let commit = commit { $0.timeMicroseconds = at(7) }
        try await harness.process([commit.json])
        let row = try #require(try harness.log().first)
        #expect(row.timestamp == UTCTimestamp.text(microseconds: at(7)))
        #expect((row.operation, row.collection, row.did) == ("create", commit.collection, commit.did))
        #expect((row.rkey, row.rev, row.cid) == (commit.rkey, commit.rev, commit.cid ?? ""))
        #expect(row.receivedAtMicroseconds == harness.clock.now)
        #expect(row.payload == Array(commit.json.utf8))
        #expect((row.status, row.errorMessage, row.attempts) == (.success, nil, 0))
    }

    @Test
    func `the record is stored as it was sent`() async throws {
        let record = #"{ "text" : "Grüße \u0000 \ud83d\ude00 👩‍🚀", "n": 1.50, "n": 2 , "nested":[{}]}"#
        let commit = commit { $0.record = record }
        try await harness.process([commit.json])
        let stored = try #require(try harness.record(commit))
        #expect(stored.json == Array(record.utf8))
        #expect(stored.uri == "at://\(commit.did)/\(commit.collection)/\(commit.rkey)")
        #expect(stored.indexedAt == UTCTimestamp.text(microseconds: harness.clock.now))
    }

    @Test
    func `text with U+0000 survives`() async throws {
        let sent = commit { commit in
            commit.did = #"did:plc:a\u0000b"#
            commit.collection = #"app.\u0000x"#
            commit.rkey = #"key\u0000s"#
            commit.cid = #"bafy\u0000c"#
        }
        let stored = commit { commit in
            commit.did = "did:plc:a\u{0}b"
            commit.collection = "app.\u{0}x"
            commit.rkey = "key\u{0}s"
        }
        let identity = SampleIdentity(did: sent.did, handle: #"a\u0000.example"#, seconds: 2, seq: 1)
        try await harness.process([sent.json, identity.json])
        let row = try #require(try harness.log().first)
        #expect((row.did, row.collection, row.rkey) == (stored.did, stored.collection, stored.rkey))
        #expect(row.cid == "bafy\u{0}c")
        #expect(try harness.record(stored)?.uri == "at://\(stored.did)/\(stored.collection)/\(stored.rkey)")
        #expect(try harness.actor(stored.did)?.handle == "a\u{0}.example")
        #expect(try harness.actor("did:plc:a") == nil)
        #expect(try harness.outcomes() == [.success, .success])
        try await harness.process([sent.json])
        #expect(try harness.log().count == 2)
    }

    @Test(arguments: [
        (1_577_836_799_999_999, false), (1_577_836_800_000_000, true), (-1, false), (Int64.min, false),
        (at(3600) + 86_400_000_000, true), (at(3600) + 86_400_000_001, false), (Int64.max, false),
    ])
    func `a time that cannot be is logged as that of receipt`(_ time: Int64, _ isPlausible: Bool) async throws {
        try await harness.process([commit { $0.timeMicroseconds = time }.json])
        let expected = isPlausible ? time : harness.clock.now
        #expect(try harness.log().map(\.timestamp) == [UTCTimestamp.text(microseconds: expected)])
        #expect(try harness.outcomes() == [.success])
        try harness.expectSums()
    }

    @Test
    func `payloads of successes are emptied when only those of errors are kept`() async throws {
        let lines = [
            SampleCommit(at: 1).json,
            SampleCommit(at: 2, rkey: "3lqz2abcdef2t").with { $0.cid = nil }.json,
            SampleCommit("update", at: 3).json,
            "{ nonsense",
            SampleCommit("update", at: 4, text: "Other").json,
            SampleCommit("update", at: 5, text: "Another").json,
        ]
        try await harness.process(lines, emptiesPayloads: true)
        let log = try harness.log()
        #expect(log.map(\.status) == [.success, .error, .success, .error, .success, .success])
        for (row, line) in zip(log, lines) { #expect(row.payload == (row.status == .success ? [] : Array(line.utf8))) }
        #expect(try harness.totals().payloadBytes == Int64(lines[1].utf8.count + lines[3].utf8.count))
        #expect(try harness.record(SampleCommit(at: 1))?.rev == revision(5))
        try harness.expectSums()
    }
}
