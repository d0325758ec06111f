import Jetstream
import Store

@testable import Ingest

extension DroppedCountTests.Place {
    /// A put, another collection's, a delete, an identity, and one that cannot be applied.
    static let receive: @Sendable (IngestHarness) async throws -> Void = { harness in
        try await harness.process(events)
    }

    private static let events = [
        SampleCommit(at: 70, rkey: "new").json,
        SampleCommit("update", at: 71, text: "Third").with { $0.did = did("dave") }.json,
        SampleCommit("delete", at: 72).with { $0.did = did("alice") }.json,
        SampleIdentity(did: did("dave"), handle: "other.example", seconds: 73, seq: 73).json,
        SampleAccount(did: did("dave"), active: true, seconds: 74, seq: 74).json,
        SampleCommit(at: 75, rkey: "bad").with { $0.cid = nil }.json,
    ]

    fileprivate static let receiveAndEmpty: @Sendable (IngestHarness) async throws -> Void = { harness in
        try await harness.process(events, emptiesPayloads: true)
    }
    fileprivate static let receiveAgain: @Sendable (IngestHarness) async throws -> Void = { harness in
        // Twice what a run skipped before, so that this run's part is more than the sum.
        try await harness.process(Array(repeating: SampleHistory.kept.json, count: 2))
    }
    fileprivate static let clean: @Sendable (IngestHarness) async throws -> Void = { harness in
        try harness.store.write { db in _ = try ActivityRepository(db).deleteOldest(.everything(), limit: 1_000) }
    }
    /// An event fails, since the database refuses its record, and succeeds when it is tried again.
    fileprivate static let retry: @Sendable (IngestHarness) async throws -> Void = { harness in
        try harness.execute(
            """
            UPDATE jetstream_activity SET status = 'error' WHERE operation = 'delete';
            UPDATE counter SET value = value - 1 WHERE name = 'success';
            UPDATE counter SET value = value + 1 WHERE name = 'error';
            UPDATE activity_minute SET deletes = deletes - 1, errors = errors + 1 WHERE deletes > 0;
            DELETE FROM tombstone
            """
        )
        let errors = ActivityFilter(sinceTimestamp: "", status: .error)
        try await ActivityRetry(store: harness.store).retryAll(errors) { _ in }
    }
    fileprivate static let purge: @Sendable (IngestHarness) async throws -> Void = { harness in
        try harness.store.write { db in
            guard let actor = try ActorRepository(db).pendingPurges(limit: 1).first else { return }
            _ = try RecordRepository(db)
                .purge(actor: actor.id, throughRev: actor.deletedRev, afterID: 0, limit: 100)
            try ActorRepository(db).purgeDone(actor.id)
        }
    }
    fileprivate static let note: @Sendable (IngestHarness) async throws -> Void = { harness in
        try harness.store.write { db in
            let ledger = GapLedger(clock: harness.clock.wallClock)
            let gap = StreamGap(host: "one", wire: .v1, fromMicroseconds: 1, toMicroseconds: 2, cause: "blind")
            try ledger.write([.healed(gap: try ledger.record(gap, db), how: "read again")], db)
        }
    }
    fileprivate static let deleteAccounts: @Sendable (IngestHarness) async throws -> Void = { harness in
        try await harness.process([
            SampleAccount.deleted(did("dave"), at: 80, seq: 80).json,
            SampleAccount.deleted(did("frank"), at: 81, seq: 81).json,
        ])
    }
    fileprivate static let recreate: @Sendable (IngestHarness) async throws -> Void = { harness in
        try await harness.process([SampleCommit(at: 82).with { $0.did = did("bob") }.json])
    }
}

extension DroppedCountTests {
    static let places = received + maintained + applied

    private static let received: [Place] = [
        Place("stored, by commit 1", Place.sum("stored", ">"), [.sums]),
        Place("processing, by commit 1", Place.sum("processing", ">"), [.sums, .rows]),
        Place("payload bytes, by commit 1", Place.sum("payload_bytes", ">"), [.bytes]),
        Place("skipped duplicates, by commit 1", Place.sum("skipped_duplicate", ">"), [.run], Place.receiveAgain),
        Place("processing, by commit 2", Place.sum("processing", "<"), [.sums, .rows]),
        Place("success, by commit 2", Place.sum("success", ">"), [.sums, .rows]),
        Place("error, by commit 2", Place.sum("error", ">"), [.sums, .rows]),
        Place("payload bytes, by emptying", Place.sum("payload_bytes", "<"), [.bytes], Place.receiveAndEmpty),
        Place("creates of a minute", "INSERT ON activity_minute WHEN NEW.creates > 0", [.minutes]),
        Place("errors of a minute", "INSERT ON activity_minute WHEN NEW.errors > 0", [.minutes]),
        Place("records, by a put", "INSERT ON record_count WHEN NEW.records > 0", [.collections], Place.recreate),
        Place("hidden accounts", Place.sum("hidden_actors", "<"), [.accounts]),
        Place("gaps", Place.sum("gaps", ">"), [.gaps], Place.note),
        Place("filled gaps", Place.sum("healed_gaps", ">"), [.gaps], Place.note),
    ]

    private static let maintained: [Place] = [
        Place("cleaned successes", Place.sum("cleaned_success", ">"), [.rows], Place.clean),
        Place("cleaned errors", Place.sum("cleaned_error", ">"), [.rows], Place.clean),
        Place("cleaned bytes", Place.sum("payload_bytes", "<"), [.bytes], Place.clean),
        Place("cleaned minutes", "INSERT ON activity_minute WHEN NEW.creates < 0", [.minutes], Place.clean),
        Place("records, by a purge", "INSERT ON record_count WHEN NEW.records < 0", [.collections], Place.purge),
        Place("a purged record", "DELETE ON record", [.collections, .records], Place.purge),
        Place("success, by a retry", Place.sum("success", ">"), [.sums, .rows], Place.retry),
        Place("error, by a retry", Place.sum("error", "<"), [.sums, .rows], Place.retry),
        Place("the minute, by a retry", "INSERT ON activity_minute WHEN NEW.deletes > 0", [.minutes], Place.retry),
        Place("the tombstone, by a retry", "INSERT ON tombstone", [.effects], Place.retry),
    ]

    private static let applied: [Place] = [
        Place("a new record", "INSERT ON record", [.effects], Place.recreate),
        Place("a newer record", "UPDATE ON record", [.effects]),
        Place("a deleted record", "DELETE ON record", [.records]),
        Place("a tombstone", "INSERT ON tombstone", [.effects]),
        Place("a tombstone's removal", "DELETE ON tombstone", [.records], Place.recreate),
        Place("a handle", "UPDATE OF handle ON actor", [.effects]),
        Place("a standing", "UPDATE OF active ON actor", [.accounts, .effects]),
        Place("an account's deletion", "UPDATE OF deleted_rev ON actor", [.effects], Place.deleteAccounts),
        Place("an unknown account's deletion", "INSERT ON account_tombstone", [.effects], Place.deleteAccounts),
        Place(
            "a status",
            "UPDATE OF status ON jetstream_activity WHEN NEW.status = 'error'",
            [.rows, .minutes, .effects]
        ),
    ]
}
