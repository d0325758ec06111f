import CSQLite
import Dispatch
import GRDB
import GRDBSQLite
import Glibc
import Synchronization

/// Moves the write-ahead log into the database's file beside the writer, on a connection of its own.
///
/// SQLite's automatic checkpoint runs inside the commit that crosses its limit, and stops the writer for as long as it
/// takes to copy and sync everything, a quarter of a second for a full log. Here the bulk is copied and synced while the
/// writer goes on; only the little that it added meanwhile is left for the writer itself, after which SQLite begins the
/// log anew (https://www.sqlite.org/wal.html#avoiding_excessively_large_wal_files).
final class Checkpointer: Sendable {
    struct Limits {
        /// The log at which copying begins.
        var startBytes = 128 * 1024 * 1024

        /// The log at which the writer waits for the copying, which else might never catch up with it.
        var limitBytes = 208 * 1024 * 1024

        /// What may be left for the writer, which stands still for it.
        var restBytes = 2 * 1024 * 1024

        init() {}

        init(startBytes: Int, limitBytes: Int, restBytes: Int) {
            self.startBytes = startBytes
            self.limitBytes = limitBytes
            self.restBytes = restBytes
        }

        /// Those of a log at which copying begins at another length.
        init(bytes: Int) { self.init(startBytes: bytes, limitBytes: 2 * bytes, restBytes: bytes / 4) }

        /// The usual ones; in a debug build `WINDSOCK_CHECKPOINT_BYTES` makes them as small as a test needs them.
        static var current: Limits {
            var limits = Limits()
            #if DEBUG
            if let text = getenv("WINDSOCK_CHECKPOINT_BYTES"), let bytes = Int(String(cString: text)) {
                limits = Limits(bytes: bytes)
            }
            #endif
            return limits
        }
    }

    /// How often is copied at most before the writer gets the rest, however much that is.
    private static let maximumRounds = 6

    private struct State {
        /// Pages that were written to the log since it was begun anew.
        var pages = 0
        var isCopying = false
        var isRestDue = false
        var failure: String?
        var pin: LogPin?
    }

    private let connection: DatabaseQueue
    private let limits: Limits
    private let copying = DispatchQueue(label: "windsock.checkpoint")
    private let state = Mutex(State())
    private let damage: StoreDamage

    /// Opens a connection to the database of a daemon's writer.
    ///
    /// - Parameters:
    ///   - path: The database.
    ///   - configuration: For the connection.
    ///   - limits: How long the log may become.
    ///   - damage: Told what went wrong; from then on nothing more is moved.
    /// - Throws: `DatabaseError`.
    init(
        path: String,
        configuration: Configuration,
        limits: Limits = Limits(),
        damage: StoreDamage
    ) throws {
        self.limits = limits
        self.damage = damage
        connection = try DatabaseQueue(path: path, configuration: configuration)
    }

    /// Why the last copying failed; nil when it did not, or has succeeded since.
    ///
    /// The log grows on meanwhile, so that in the end the writer fails for the same reason.
    var failure: String? { state.withLock { $0.failure } }

    /// The reader that was in the way of the last checkpoint; nil when none was.
    var pin: LogPin? { state.withLock(\.pin) }

    /// Takes note of what a commit wrote, and does the rest of a checkpoint when it is due.
    ///
    /// - Parameter writer: The writer's connection, outside of a transaction.
    func noteCommit(_ writer: Database) {
        var written: CInt = 0
        var highest: CInt = 0
        sqlite3_db_status(writer.sqliteConnection, SQLITE_DBSTATUS_CACHE_WRITE, &written, &highest, 1)
        let (isRestDue, isFull) = state.withLock { state in
            state.pages += Int(written)
            if state.pages >= pages(limits.startBytes), !state.isCopying, !state.isRestDue {
                state.isCopying = true
                copying.async { [self] in copy() }
            }
            return (state.isRestDue, state.pages >= pages(limits.limitBytes))
        }
        if isFull { copying.sync {} }
        if isRestDue || isFull { finish(writer) }
    }

    /// Whether the bulk of the log is being copied.
    var isCopying: Bool { state.withLock(\.isCopying) }

    /// Copies as far as readers allow, waiting for nobody but a checkpoint that is under way.
    func copyNow() throws -> Bool {
        try copying.sync { try connection.inDatabase { try damage.watch($0, passive).isComplete } }
    }

    /// Ends without finishing what is being copied.
    func close() throws {
        connection.interrupt()
        copying.sync {}
        try connection.close()
    }

    private func copy() {
        var end = 0
        CrashPoint.pass(.checkpointBegun)
        defer { CrashPoint.pass(.checkpointDone) }
        note {
            for _ in 0..<Checkpointer.maximumRounds {
                let progress = try connection.inDatabase { database in
                    let progress = try damage.watch(database, passive)
                    // SQLite does it when all is copied, for which the writer would have to stand still.
                    try Checkpointer.sync(database)
                    return progress
                }
                let added = progress.logPages - end
                end = progress.logPages
                if added <= pages(limits.restBytes) { break }
            }
        }
        state.withLock { state in
            state.isCopying = false
            state.isRestDue = true
        }
    }

    /// Copies the rest with the writer standing still, so that its next transaction begins the log anew.
    ///
    /// Where a reader is in the way the log grows on, and copying begins again when it has grown by as much.
    private func finish(_ writer: Database) {
        CrashPoint.pass(.checkpointBegun)
        note { _ = try damage.watch(writer, passive) }
        CrashPoint.pass(.checkpointDone)
        state.withLock { state in
            state.pages = 0
            state.isRestDue = false
        }
    }

    private func note(_ work: () throws -> Void) {
        do {
            try damage.watch(work)
            state.withLock { $0.failure = nil }
        } catch DatabaseError.SQLITE_INTERRUPT {
            // It was told to end, and nothing is wrong.
        } catch {
            state.withLock { $0.failure = "\(error)" }
        }
    }

    private func pages(_ bytes: Int) -> Int { bytes / StoreConfiguration.pageSizeBytes }

    /// Waits until what was copied is on the disk.
    private static func sync(_ database: Database) throws {
        let code = windsock_sqlite_sync_file(UnsafeMutableRawPointer(database.sqliteConnection))
        guard code == SQLITE_OK else { throw DatabaseError(resultCode: ResultCode(rawValue: code)) }
    }

    private func passive(_ database: Database) throws -> CheckpointProgress {
        let found = try BoundStatement(database, "PRAGMA wal_checkpoint(PASSIVE)").first { row in
            CheckpointProgress(logPages: Int(row.int64(1)), copiedPages: Int(row.int64(2)))
        }
        let progress = found ?? CheckpointProgress(logPages: 0, copiedPages: 0)
        state.withLock { state in
            state.pin = LogPin.after(state.pin, progress, limitBytes: limits.limitBytes, now: .now)
        }
        return progress
    }
}
