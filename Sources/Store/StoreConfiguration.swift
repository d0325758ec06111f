import CSQLite
import GRDB
import GRDBSQLite

/// How much a commit waits for the disk.
package enum Synchronous: String, Sendable, CaseIterable {
    /// The disk is waited for at checkpoints: nothing is lost when the process is killed, the last commits may be when
    /// the power is.
    case normal

    /// Every commit waits for the disk.
    case full
}

/// The pragmas and GRDB's settings for each kind of connection.
enum StoreConfiguration {
    /// What the file's header says that it is, "WSOK".
    ///
    /// https://www.sqlite.org/pragma.html#pragma_application_id
    static let applicationID = 0x5753_4F4B

    /// The schema that this version writes and the newest one that it reads.
    static let schemaVersion = 1

    /// Small, because a commit at the live rate changes few rows of many pages: a page of 16 KiB writes 30 KiB an event
    /// there, one of 4 KiB 13, and a backlog is read no slower for it than can be told (docs/PERFORMANCE.md).
    static let pageSizeBytes = 4096

    /// The writer's page cache, from the design's memory budget.
    private static let writerCacheKibibytes = 24_000

    /// The writer's page cache while a row is written that is itself larger than this.
    private static let fewPagesKibibytes = 2000

    /// A reader's page cache; with ``readerCount`` readers this is the budget's 8 MiB.
    private static let readerCacheKibibytes = 2000
    private static let readerCount = 4

    /// The write-ahead log at which SQLite itself makes a checkpoint, within a commit: where ``Checkpointer`` is not, or
    /// does not keep up.
    private static let lastCheckpointBytes = 224 * 1024 * 1024

    /// What stays of the write-ahead log's file after a checkpoint: all that it needs until the next one, since cutting it
    /// off and growing it again costs more than writing over it.
    private static let journalSizeLimitBytes = 256 * 1024 * 1024

    /// How long a connection waits for a lock that another process holds.
    static let busyTimeoutMilliseconds = 5000

    /// What is set once for the whole process, before SQLite does anything; where something else in the process was
    /// faster, SQLite refuses, and is only slower for it.
    static let processWide: Void = {
        _ = windsock_sqlite_count_no_memory()
    }()

    /// The settings for an access; `verify` looks at the file before anything is written.
    static func database(
        for access: Store.Access,
        verify: @escaping @Sendable (Database) throws -> Void
    ) -> Configuration {
        var configuration = Configuration()
        configuration.label = "windsock"
        configuration.busyMode = .timeout(Double(busyTimeoutMilliseconds) / 1000)
        configuration.maximumReaderCount = readerCount
        configuration.readonly = access.isReadOnly
        configuration.prepareDatabase { database in
            // The pool's readers run this too, for a file that its writer has already verified.
            if !database.configuration.readonly || access.isReadOnly {
                // Of a file that is refused nothing may be changed, and closing it would move its log.
                leaveLogOnClose(database, true)
                try verify(database)
            }
            try prepare(database, access)
        }
        return configuration
    }

    /// For the one connection to a copy that is being made, of which nothing is kept when it fails.
    static var copy: Configuration {
        var configuration = Configuration()
        configuration.label = "windsock copy"
        configuration.prepareDatabase { database in
            // The file is synchronized when it is whole.
            try database.execute(
                sql: """
                    PRAGMA locking_mode = EXCLUSIVE;
                    PRAGMA journal_mode = OFF;
                    PRAGMA synchronous = OFF;
                    PRAGMA trusted_schema = OFF;
                    PRAGMA cache_size = -\(readerCacheKibibytes);
                    """
            )
            try writeCleanPages(database)
        }
        return configuration
    }

    private static func prepare(_ database: Database, _ access: Store.Access) throws {
        let isReader = database.configuration.readonly
        if access.isDaemon, !isReader {
            // Both are fixed once WAL is on or a table exists, so they come first; on an existing file they do nothing.
            try database.execute(sql: "PRAGMA page_size = \(pageSizeBytes)")
            try database.execute(sql: "PRAGMA auto_vacuum = INCREMENTAL")
        }
        try database.execute(
            sql: """
                PRAGMA temp_store = MEMORY;
                PRAGMA trusted_schema = OFF;
                PRAGMA cell_size_check = ON;
                PRAGMA mmap_size = 0;
                PRAGMA cache_size = -\(isReader ? readerCacheKibibytes : writerCacheKibibytes);
                """
        )
        if isReader {
            try database.execute(sql: "PRAGMA query_only = ON")
        } else {
            try database.execute(
                sql: """
                    PRAGMA wal_autocheckpoint = \(lastCheckpointBytes / pageSizeBytes);
                    PRAGMA journal_size_limit = \(journalSizeLimitBytes);
                    """
            )
            try keepLogFiles(database)
            try eraseWhatIsDeleted(database)
            // Of a daemon the copying of a long log would be done in the last moment, when a stop has to be quick.
            leaveLogOnClose(database, access.isDaemon)
        }
    }

    /// Has nothing that is deleted stay in the file: neither in free pages nor in what is free of a page.
    ///
    /// Debian builds SQLite with `secure_delete` on; here it does not depend on that.
    private static func eraseWhatIsDeleted(_ database: Database) throws {
        try database.execute(sql: "PRAGMA secure_delete = ON")
        try writeCleanPages(database)
    }

    private static func writeCleanPages(_ database: Database) throws {
        let code = windsock_sqlite_write_clean_pages(UnsafeMutableRawPointer(database.sqliteConnection))
        guard code == SQLITE_OK else { throw DatabaseError(resultCode: ResultCode(rawValue: code)) }
    }

    /// Has a writer keep few pages in memory, or as many as usual again; what is too many is given back at once.
    ///
    /// Within a transaction too, whose changed pages then go to the write-ahead log before the commit.
    static func holdPages(_ areFew: Bool, _ database: Database) throws {
        try database.execute(
            sql: "PRAGMA cache_size = -\(areFew ? fewPagesKibibytes : writerCacheKibibytes); PRAGMA shrink_memory"
        )
    }

    private static func leaveLogOnClose(_ database: Database, _ isLeft: Bool) {
        _ = windsock_sqlite_leave_log_on_close(UnsafeMutableRawPointer(database.sqliteConnection), isLeft ? 1 : 0)
    }

    /// Leaves `-wal` and `-shm` in place when the last connection closes.
    ///
    /// Without them a user who may read the files but not write into the folder could not open the database while the
    /// daemon is stopped (https://www.sqlite.org/wal.html#read_only_databases).
    private static func keepLogFiles(_ database: Database) throws {
        var isKept: CInt = 1
        let code = sqlite3_file_control(database.sqliteConnection, nil, SQLITE_FCNTL_PERSIST_WAL, &isKept)
        guard code == SQLITE_OK else { throw DatabaseError(resultCode: ResultCode(rawValue: code)) }
    }
}
