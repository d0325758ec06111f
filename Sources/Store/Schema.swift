import GRDB

/// The schema, whole from the first release on: every later change is a migration of somebody's data.
enum Schema {
    /// The migrations; one that was released is never edited.
    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("v1", foreignKeyChecks: .immediate) { database in
            for part in [activity, records, stream, counters, forgotten] {
                try database.execute(sql: part)
            }
            try database.execute(sql: "PRAGMA application_id = \(StoreConfiguration.applicationID)")
            try database.execute(sql: "PRAGMA user_version = \(StoreConfiguration.schemaVersion)")
            CrashPoint.pass(.migrationMade)
        }
        return migrator
    }

    /// Throws when the file is not one that this version may use.
    ///
    /// - Parameters:
    ///   - database: A connection to the file, before anything was written through it.
    ///   - path: The file, for the words.
    ///   - mayBeEmpty: Whether a file without any table will do, because it is about to get them.
    /// - Throws: ``StoreError/notWindsock(_:)``, ``StoreError/newerSchema(_:found:known:)`` or `DatabaseError`.
    static func verify(_ database: Database, path: String, mayBeEmpty: Bool) throws {
        let applicationID = try Int.fetchOne(database, sql: "PRAGMA application_id")
        guard applicationID == StoreConfiguration.applicationID else {
            // GRDB's own table is made before the migration's transaction: alone it is what a first start left that was
            // cut short.
            let tables = "SELECT 1 FROM sqlite_schema WHERE tbl_name <> 'grdb_migrations'"
            let hasTables = try Bool.fetchOne(database, sql: "SELECT EXISTS (\(tables))") ?? true
            guard mayBeEmpty, applicationID == 0, !hasTables else { throw StoreError.notWindsock(path) }
            return
        }
        let known = StoreConfiguration.schemaVersion
        var version = try Int.fetchOne(database, sql: "PRAGMA user_version") ?? 0
        let names = try String.fetchAll(database, sql: "SELECT identifier FROM grdb_migrations")
        // Each migration raises the version; here it is the names that tell.
        if !Set(names).isSubset(of: migrator.migrations) { version = max(version, known + 1) }
        guard version <= known else { throw StoreError.newerSchema(path, found: version, known: known) }
    }

    /// The log.
    ///
    /// It is the one table that is not STRICT: `event_json` holds a BLOB when a message is not UTF-8. The statuses are
    /// compared one by one, since SQLite builds a table in memory for each evaluation of `IN` with more than two values,
    /// which cost a fifth of the whole work. No index holds the `processing` rows, which nearly every row is once and
    /// hardly any stays: they are all at or after the id that ``CounterName/inboxFrom`` tells.
    private static let activity = """
        CREATE TABLE jetstream_activity (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            timestamp TEXT NOT NULL,
            operation TEXT NOT NULL,
            collection TEXT NOT NULL,
            did TEXT NOT NULL,
            status TEXT NOT NULL CHECK (
                status = 'success' OR status = 'processing' OR status = 'error' OR status = 'validation_error'
            ),
            error_message TEXT,
            event_json TEXT NOT NULL,
            rkey TEXT NOT NULL,
            rev TEXT NOT NULL,
            cid TEXT NOT NULL,
            received_at INTEGER NOT NULL,
            attempts INTEGER NOT NULL DEFAULT 0,
            error_class TEXT,
            next_attempt_at INTEGER
        );
        CREATE UNIQUE INDEX activity_key ON jetstream_activity (rev, did, collection, rkey, operation);
        CREATE INDEX activity_timestamp ON jetstream_activity (timestamp);
        CREATE INDEX activity_collection ON jetstream_activity (collection, timestamp);
        CREATE INDEX activity_failed ON jetstream_activity (status, timestamp)
            WHERE status <> 'success' AND status <> 'processing';
        CREATE INDEX activity_waiting ON jetstream_activity (next_attempt_at) WHERE next_attempt_at IS NOT NULL;
        """

    /// The state that the events describe.
    ///
    /// A record is there only while its rev is greater than its actor's `deleted_rev`, which names the time at which the
    /// account was deleted, and is shown only while the actor is not `hidden`. `account_tombstone` keeps the same of accounts
    /// of which no record was stored yet.
    private static let records = """
        CREATE TABLE actor (
            id INTEGER PRIMARY KEY,
            did TEXT NOT NULL UNIQUE,
            handle TEXT,
            indexed_at TEXT NOT NULL,
            active INTEGER NOT NULL DEFAULT 1,
            status TEXT,
            identity_time INTEGER,
            identity_seq INTEGER,
            account_time INTEGER,
            account_seq INTEGER,
            deleted_rev TEXT NOT NULL DEFAULT '',
            purge_pending INTEGER NOT NULL DEFAULT 0,
            hidden INTEGER NOT NULL DEFAULT 0,
            resync_rev TEXT
        ) STRICT;
        CREATE INDEX actor_purge ON actor (id) WHERE purge_pending = 1;
        CREATE INDEX actor_marked ON actor (resync_rev, hidden) WHERE hidden = 1 OR resync_rev IS NOT NULL;
        CREATE INDEX actor_handle ON actor (handle) WHERE handle IS NOT NULL;
        CREATE TABLE record (
            id INTEGER PRIMARY KEY,
            collection TEXT NOT NULL,
            rkey TEXT NOT NULL,
            did TEXT NOT NULL,
            actor INTEGER NOT NULL REFERENCES actor (id),
            rev TEXT NOT NULL,
            cid TEXT NOT NULL,
            json TEXT NOT NULL,
            indexed_at TEXT NOT NULL,
            uri TEXT GENERATED ALWAYS AS ('at://' || did || '/' || collection || '/' || rkey) VIRTUAL
        ) STRICT;
        CREATE UNIQUE INDEX record_key ON record (collection, rkey, did);
        CREATE INDEX record_actor ON record (actor);
        CREATE TABLE tombstone (
            collection TEXT NOT NULL,
            rkey TEXT NOT NULL,
            did TEXT NOT NULL,
            rev TEXT NOT NULL,
            received_at INTEGER NOT NULL,
            PRIMARY KEY (collection, rkey, did)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX tombstone_received ON tombstone (received_at);
        CREATE TABLE account_tombstone (
            did TEXT PRIMARY KEY NOT NULL,
            rev TEXT NOT NULL,
            account_time INTEGER NOT NULL,
            account_seq INTEGER NOT NULL DEFAULT 0,
            active INTEGER NOT NULL DEFAULT 0,
            status TEXT,
            hidden INTEGER NOT NULL DEFAULT 0,
            received_at INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX account_tombstone_received ON account_tombstone (received_at);
        CREATE TABLE lexicon (
            id TEXT PRIMARY KEY NOT NULL,
            json TEXT NOT NULL,
            created_at TEXT NOT NULL
        ) STRICT;
        """

    /// Where the stream stands, and what is missing of it.
    private static let stream = """
        CREATE TABLE jetstream_cursor (
            host TEXT PRIMARY KEY NOT NULL,
            wire TEXT NOT NULL,
            kind TEXT NOT NULL CHECK (kind IN ('seq', 'time')),
            cursor INTEGER NOT NULL,
            time_us INTEGER NOT NULL,
            is_placeholder INTEGER NOT NULL DEFAULT 0,
            covered_until INTEGER,
            updated_at INTEGER NOT NULL
        ) STRICT;
        CREATE TABLE gap (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            host TEXT NOT NULL,
            wire TEXT NOT NULL,
            from_us INTEGER NOT NULL,
            to_us INTEGER NOT NULL,
            cause TEXT NOT NULL,
            detected_at INTEGER NOT NULL,
            healed_at INTEGER,
            healed_how TEXT
        ) STRICT;
        CREATE TABLE run (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            process_id INTEGER NOT NULL,
            started_at INTEGER NOT NULL,
            updated_at INTEGER NOT NULL,
            state TEXT NOT NULL
        ) STRICT;
        """

    /// Who was forgotten, as salted hashes of their DIDs, and what people had done; neither names anybody.
    private static let forgotten = """
        CREATE TABLE forgotten (
            hash TEXT PRIMARY KEY NOT NULL,
            forgotten_at INTEGER NOT NULL,
            through_rev TEXT NOT NULL,
            blocked INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE forgotten_salt (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            salt TEXT NOT NULL
        ) STRICT;
        CREATE TABLE audit (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            at INTEGER NOT NULL,
            action TEXT NOT NULL,
            counts TEXT NOT NULL
        ) STRICT;
        """

    /// The sums, so that no question about the whole log has to read it.
    private static let counters = """
        CREATE TABLE activity_minute (
            minute INTEGER PRIMARY KEY,
            creates INTEGER NOT NULL DEFAULT 0,
            updates INTEGER NOT NULL DEFAULT 0,
            deletes INTEGER NOT NULL DEFAULT 0,
            others INTEGER NOT NULL DEFAULT 0,
            errors INTEGER NOT NULL DEFAULT 0
        ) STRICT;
        CREATE TABLE counter (
            name TEXT PRIMARY KEY NOT NULL,
            value INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE record_count (
            collection TEXT PRIMARY KEY NOT NULL,
            records INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        """
}
