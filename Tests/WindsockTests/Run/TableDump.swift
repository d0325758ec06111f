import GRDB
import Store

/// All that a database says of the events, as text, to be held against another's: what depends on when and how often the
/// program was started is left out.
struct TableDump: Equatable {
    private static let queries = [
        "log": """
        SELECT rev, did, collection, rkey, operation, cid, timestamp, status, error_message, event_json
        FROM jetstream_activity ORDER BY 1, 2, 3, 4, 5
        """,
        "record": "SELECT collection, rkey, did, rev, cid, json FROM record ORDER BY 1, 2, 3",
        "tombstone": "SELECT collection, rkey, did, rev FROM tombstone ORDER BY 1, 2, 3",
        "account_tombstone": "SELECT did, rev, account_time FROM account_tombstone ORDER BY 1",
        "actor": """
        SELECT did, handle, active, status, identity_time, identity_seq, account_time, account_seq, deleted_rev,
            purge_pending
        FROM actor ORDER BY 1
        """,
        "minutes": "SELECT * FROM activity_minute ORDER BY 1",
        "sums": """
        SELECT name, value FROM counter WHERE name NOT LIKE 'skipped%' AND name <> 'inbox_from' ORDER BY 1
        """,
        "records": "SELECT * FROM record_count ORDER BY 1",
        "cursor": "SELECT kind, cursor, time_us FROM jetstream_cursor",
        "gap": "SELECT * FROM gap",
    ]

    private var rows: [String: [String]] = [:]

    /// Reads a database that may be in use.
    init(_ path: String) throws {
        let store = try Store.open(path: path, access: .readOnly)
        defer { try? store.close() }
        rows = try store.read { db in
            try TableDump.queries.mapValues { sql in try Row.fetchAll(db, sql: sql).map(\.description) }
        }
    }

    func count(_ table: String) -> Int { rows[table]?.count ?? 0 }

    /// In which tables, and in which rows of them, another differs; empty when it does not.
    func differences(from other: TableDump) -> [String] {
        TableDump.queries.keys.sorted().compactMap { table in
            let (mine, others) = (rows[table] ?? [], other.rows[table] ?? [])
            guard mine != others else { return nil }
            let changes = others.difference(from: mine)
            return "\(table): \(mine.count) rows and \(others.count), such as \(changes.prefix(2))"
        }
    }
}
