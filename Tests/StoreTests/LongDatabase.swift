import GRDB

@testable import Store

/// A database with a given number of rows in every table that grows, and the same answers whatever the number.
///
/// The events lie in the same 200 minutes, each of which has every operation and outcome. As many, the last, are
/// `processing`, and the events with an error are spread over the log.
struct LongDatabase {
    static let processing = 20
    /// Of the events with an error, so many are to be tried again.
    static let waiting = 100
    static let minutes = 200
    static let firstMinute: Int64 = 29_719_500
    static let nowMicroseconds = (firstMinute + Int64(minutes)) * UTCTimestamp.microsecondsPerMinute - 1
    static let times =
        UTCTimestamp.text(
            microseconds: firstMinute * UTCTimestamp.microsecondsPerMinute
        )...UTCTimestamp.text(
            microseconds: nowMicroseconds
        )

    let store: TemporaryStore

    init(rows: Int) throws {
        store = try TemporaryStore()
        try store.write { database throws in
            try Self.fillLog(database, rows: rows)
            try Self.fillState(database, rows: rows)
            try Self.fillStream(database, rows: rows)
        }
    }

    private static func fillLog(_ database: Database, rows: Int) throws {
        let activity = ActivityRepository(database)
        var changes = CounterChanges()
        var event = SampleEvent()
        for index in 0..<rows {
            event.timeMicroseconds = (firstMinute + Int64(index % minutes)) * UTCTimestamp.microsecondsPerMinute
            event.operation = ["create", "update", "delete"][index / minutes % 3]
            event.rev = "rev\(1_000_000 + index)"
            event.collection = index % 2 == 0 ? "app.bsky.feed.post" : "app.bsky.feed.like"
            event.did = "did:plc:\(index % 100)"
            event.receivedAtMicroseconds = Int64(index)
            _ = try activity.log(event)
        }
        changes.logged(count: Int64(rows), bytes: Int64(rows * event.payload.count))
        let finished = try Row.fetchAll(
            database,
            sql: """
                UPDATE jetstream_activity SET status = CASE (id - 1) / 600 % 5 WHEN 0 THEN 'error' ELSE 'success' END,
                    error_class = CASE (id - 1) / 600 % 5 WHEN 0 THEN 'data' END
                WHERE id <= ? RETURNING timestamp, operation, status
                """,
            arguments: [rows - processing]
        )
        try database.execute(
            sql: "UPDATE jetstream_activity SET next_attempt_at = id WHERE status = 'error' AND id <= ?",
            arguments: [waiting]
        )
        try activity.openInbox(from: Int64(rows - processing + 1))
        for row in finished {
            guard let time = UTCTimestamp.microseconds(row[0]), let status = ActivityStatus(rawValue: row[2]) else {
                continue
            }
            changes.finished(minute: UTCTimestamp.minute(time), operation: row[1], status: status)
        }
        try changes.apply(database)
    }

    private static let numbers = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)"

    private static func fillState(_ database: Database, rows: Int) throws {
        for sql in [
            """
            INSERT INTO actor (did, indexed_at, handle, purge_pending, resync_rev)
            SELECT 'did:plc:' || i, '', 'h' || i, i <= 5, iif(i <= 10, 'rev', NULL) FROM n
            """,
            // Half of them are of one account, half of them of one collection.
            """
            INSERT INTO record (collection, rkey, did, actor, rev, cid, json, indexed_at)
            SELECT CASE i % 2 WHEN 0 THEN 'app.bsky.feed.post' ELSE 'app.bsky.feed.c' || i % 10 END, printf('k%08d', i),
                'did:plc:' || iif(i % 4 < 2, 1, i), iif(i % 4 < 2, 1, i), 'rev' || i, 'cid', '{}', '' FROM n
            """,
            """
            INSERT INTO tombstone (collection, rkey, did, rev, received_at)
            SELECT 'app.bsky.feed.post', 'k' || i, 'd', 'r', i FROM n
            """,
            """
            INSERT INTO account_tombstone (did, rev, account_time, received_at) SELECT 'd' || i, 'r', i, i FROM n
            """,
            """
            INSERT INTO forgotten (hash, forgotten_at, through_rev, blocked) SELECT 'hash' || i, i, 'r', 0 FROM n
            """,
            "INSERT INTO record_count (collection, records) SELECT 'app.bsky.feed.c' || i, i FROM n",
            "INSERT INTO lexicon (id, json, created_at) SELECT 'app.bsky.l' || i, '{}', '' FROM n",
        ] {
            try database.execute(sql: "\(numbers) \(sql)", arguments: [rows])
        }
    }

    private static func fillStream(_ database: Database, rows: Int) throws {
        try database.execute(
            sql: """
                \(numbers) INSERT INTO gap (host, wire, from_us, to_us, cause, detected_at)
                SELECT 'h', 'v1', i, i, 'c', i FROM n
                """,
            arguments: [rows]
        )
        _ = try ForgottenRepository(database).salt(orSet: "salt")
        for host in ["a", "b", "c"] {
            let position = StreamPositionRow(
                host: host,
                wire: "v1",
                kind: "time",
                cursor: 1,
                timeMicroseconds: 1,
                updatedAtMicroseconds: 1
            )
            try CursorRepository(database).save(position)
        }
    }
}
