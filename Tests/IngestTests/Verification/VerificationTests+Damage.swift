import Store

@testable import Ingest

extension VerificationTests {
    static let damages = sumDamages + effectDamages + stateDamages + logDamages

    private static let sumDamages: [Damage] =
        [
            Damage(
                "UPDATE counter SET value = value + 1 WHERE name = 'stored'",
                [.sums],
                "stored, and all statuses: the sum"
            ),
            Damage(
                "UPDATE counter SET value = value - 1 WHERE name = 'success'",
                [.sums, .rows],
                "success: the sum is"
            ),
            Damage("UPDATE counter SET value = value + 1 WHERE name = 'error'", [.sums, .rows], "error: the sum is 3"),
            Damage("UPDATE counter SET value = value + 1 WHERE name = 'processing'", [.sums, .rows], "counted are 0"),
            Damage(
                "INSERT INTO counter VALUES ('validation_error', 1)",
                [.sums, .rows],
                "validation_error: the sum is 1"
            ),
            Damage("UPDATE counter SET value = value - 1 WHERE name = 'cleaned_success'", [.rows], "success: "),
            Damage("DELETE FROM counter WHERE name = 'cleaned_error'", [.rows], "error: "),
            Damage(
                "UPDATE counter SET value = value + 1 WHERE name = 'payload_bytes'",
                [.bytes],
                "bytes of payloads: "
            ),
            Damage("UPDATE counter SET value = value + 1 WHERE name = 'gaps'", [.gaps], "all gaps: the sum is 3"),
            Damage("DELETE FROM counter WHERE name = 'healed_gaps'", [.gaps], "filled gaps: the sum is 0"),
            Damage(
                "DELETE FROM counter WHERE name = 'hidden_actors'",
                [.accounts],
                "are hidden: the sum is 0, counted are 1"
            ),
            Damage(
                "UPDATE actor SET resync_rev = '3' WHERE id = 1",
                [.accounts],
                "need a resync: the sum is 0, counted are 1"
            ),
            Damage("UPDATE record_count SET records = records + 1", [.collections], "records of app.bsky.feed.post: "),
            Damage("DELETE FROM record_count", [.collections], "the sum is 0, counted are 4"),
            Damage(
                "INSERT INTO record_count VALUES ('zz.none', 1)",
                [.collections],
                "zz.none: the sum is 1, counted are 0"
            ),
            Damage("DELETE FROM activity_minute", [.minutes], "the sum is 0"),
            Damage(
                "INSERT INTO activity_minute (minute, others) VALUES (1, 1)",
                [.minutes],
                "others of 1970-01-01T00:01:00"
            ),
            Damage("INSERT INTO activity_minute (minute, others) VALUES (-9000000000000000000, 1)", [.minutes]),
            Damage("INSERT INTO activity_minute (minute, others) VALUES (9000000000000000000, 1)", [.minutes]),
            Damage(
                "DELETE FROM counter WHERE name = 'skipped_duplicate'",
                [.run],
                "1 messages are skipped as duplicate"
            ),
            Damage(
                "UPDATE run SET state = json_set(state, '$.flow.received', 17)",
                [.run],
                "1 of 17 messages are unaccounted for"
            ),
        ]
        + ["creates", "updates", "deletes", "others", "errors"].map { kind in
            Damage("UPDATE activity_minute SET \(kind) = \(kind) + 1", [.minutes], "\(kind) of 2026-07-04T14:38:00")
        }

    private static let effectDamages: [Damage] = [
        Damage("DELETE FROM record WHERE \(of(SampleHistory.kept))", [.collections, .effects], "nor a tombstone"),
        Damage("DELETE FROM tombstone", [.effects], "there is neither a tombstone"),
        Damage(
            "UPDATE tombstone SET rev = '\(revision(1))'",
            [.effects, .tombstones],
            "only a tombstone of the older \(revision(1))"
        ),
        Damage(
            "UPDATE record SET rev = '\(revision(11))' WHERE \(of(SampleHistory.kept))",
            [.effects],
            "its record is still of the older \(revision(11))"
        ),
        Damage(
            "UPDATE record SET rev = '\(revision(1))' WHERE \(of(SampleHistory.kept))",
            [.effects, .records],
            "its record is still of the older"
        ),
        Damage("UPDATE record SET cid = 'x' WHERE \(of(SampleHistory.named))", [.effects, .records], "has the CID x"),
        Damage(
            """
            INSERT INTO record (collection, rkey, did, actor, rev, cid, json, indexed_at)
            SELECT 'app.bsky.feed.post', '3lqz2abcdef2s', '\(did("bob"))', id, '\(revision(13))', 'x', '{}', '9' FROM actor
            WHERE did = '\(did("bob"))'; DELETE FROM tombstone
            """,
            [.collections, .effects, .records],
            "its record is still there"
        ),
        Damage(
            "UPDATE actor SET identity_time = 1 WHERE handle = 'dave.example'",
            [.effects],
            "its actor does not know"
        ),
        Damage(
            "UPDATE actor SET account_time = NULL WHERE status = 'suspended'",
            [.effects],
            "its actor does not know"
        ),
        Damage("UPDATE actor SET deleted_rev = ''", [.effects], "nothing tells of the deletion"),
        Damage("DELETE FROM account_tombstone", [.effects], "nothing tells of the deletion"),
    ]

    private static let stateDamages: [Damage] = [
        Damage(
            "UPDATE record SET rev = '\(revision(60))' WHERE \(of(SampleHistory.kept))",
            [.records],
            "at \(revision(60)): no event of the log has made it so"
        ),
        Damage("DELETE FROM actor WHERE handle = 'dave.example'", [.accounts, .effects, .records], "it has no actor"),
        Damage(
            "DELETE FROM actor WHERE handle = 'dave.example'",
            [.accounts, .effects, .records, .file],
            "refers to no actor"
        ),
        Damage("UPDATE record SET actor = actor % 4 + 1", [.records], "its actor is \(did("bob"))"),
        Damage("UPDATE actor SET purge_pending = 0", [.records], "its account was deleted after it"),
        Damage(
            """
            INSERT INTO tombstone SELECT collection, rkey, did, rev, 1 FROM record
            WHERE \(of(SampleHistory.named))
            """,
            [.records],
            "there is a tombstone as well"
        ),
        Damage("UPDATE tombstone SET rev = '\(revision(60))'", [.tombstones], "no event of the log has made it"),
        Damage(
            """
            PRAGMA writable_schema = ON; DELETE FROM sqlite_schema WHERE name = 'record_actor';
            PRAGMA schema_version = 1000; PRAGMA writable_schema = OFF
            """,
            [.file],
            "is never used"
        ),
    ]

    private static let logDamages: [Damage] = [
        Damage(
            """
            PRAGMA ignore_check_constraints = ON;
            UPDATE jetstream_activity SET status = 'odd' WHERE operation = 'unknown'
            """,
            [.rows],
            "error: the sum is 2, counted are 1"
        ),
        Damage("UPDATE jetstream_activity SET status = 'success' WHERE operation = 'unknown'", [.rows, .minutes]),
        Damage(
            "UPDATE jetstream_activity SET status = 'error' WHERE did = '\(did("dave"))' AND operation = 'create'",
            [.rows, .minutes, .records]
        ),
        Damage(
            "UPDATE jetstream_activity SET status = 'validation_error' WHERE operation = 'delete'",
            [.rows, .minutes, .tombstones]
        ),
        Damage(
            """
            UPDATE jetstream_activity SET status = 'processing' WHERE id = 3;
            UPDATE counter SET value = 4 WHERE name = 'inbox_from'
            """,
            [.minutes, .inbox],
            "event 3 is processing, though all before 4 should have ended"
        ),
        Damage(
            "DELETE FROM jetstream_activity WHERE did = '\(did("dave"))' AND operation = 'create'",
            [.rows, .bytes, .minutes, .records]
        ),
        Damage("UPDATE jetstream_activity SET event_json = event_json || ' ' WHERE operation = 'delete'", [.bytes]),
        Damage(
            "UPDATE jetstream_activity SET timestamp = 'yesterday' WHERE operation = 'delete'",
            [.minutes],
            #"the timestamp "yesterday" of the log is no time"#
        ),
    ]

    private static func of(_ commit: SampleCommit) -> String { "did = '\(commit.did)'" }
}
