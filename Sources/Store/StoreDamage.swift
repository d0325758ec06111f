import GRDB
import GRDBSQLite
import Glibc
import Synchronization

/// Remembers that the file can no longer be trusted, so that nothing more is written to it by this process.
///
/// After an fsync that failed, the kernel may have dropped the pages that it could not write, and say nothing the next time:
/// a later commit would succeed on a file with holes. What SQLite calls corrupt only gets worse with each write. And a disk
/// that does not take a write at all, or went away, does not come back to the files that are open.
final class StoreDamage: Sendable {
    private struct State {
        var words: String?
        var listeners: [@Sendable (StoreError) -> Void] = []
    }

    private let path: String
    private let state = Mutex(State())

    init(path: String) {
        self.path = path
    }

    /// What the system says when the disk or its file system has failed; a want of room (ENOSPC, EDQUOT, EFBIG) may pass.
    private static let lostDisk: Set<CInt> = [EIO, EROFS, ENXIO, ENODEV, ESHUTDOWN]

    /// Whether an error means that the file cannot be trusted any more, and not only that this write was refused
    /// (https://www.sqlite.org/rescode.html).
    ///
    /// - Parameters:
    ///   - error: What SQLite said.
    ///   - systemError: What the system had said to it (errno); 0 when that is not known.
    /// - Returns: Whether it means that.
    static func isMeant(by error: any Error, systemError: CInt = 0) -> Bool {
        guard let error = error as? DatabaseError else { return false }
        switch error.resultCode {
        case .SQLITE_CORRUPT, .SQLITE_NOTADB: return true
        case .SQLITE_IOERR where lostDisk.contains(systemError): return true
        default: break
        }
        switch error.extendedResultCode {
        case .SQLITE_IOERR_FSYNC, .SQLITE_IOERR_DIR_FSYNC: return true
        default: return false
        }
    }

    /// Does some work on the file, unless that is damaged, and takes note when it turns out to be.
    ///
    /// - Throws: what the work throws; ``StoreError/damaged(_:reason:)`` where the file is.
    func watch<Value>(_ work: () throws -> Value) throws -> Value {
        if let error { throw error }
        do {
            return try work()
        } catch {
            note(error)
            throw self.error ?? error
        }
    }

    /// Does some work on a connection, and takes note of what the system said when it failed.
    ///
    /// - Throws: what the work throws.
    func watch<Value>(_ database: Database, _ work: (Database) throws -> Value) throws -> Value {
        do {
            return try work(database)
        } catch {
            note(error, systemError: sqlite3_system_errno(database.sqliteConnection))
            throw error
        }
    }

    /// What all accesses are answered with from now on; nil while nothing is wrong.
    var error: StoreError? { state.withLock(\.words).map { .damaged(path, reason: $0) } }

    /// Takes note of an error that means damage; others are no concern of this.
    func note(_ error: any Error, systemError: CInt = 0) {
        guard StoreDamage.isMeant(by: error, systemError: systemError) else { return }
        let listeners = state.withLock { state in
            guard state.words == nil else { return [] as [@Sendable (StoreError) -> Void] }
            state.words = StoreDamage.words(for: error)
            return state.listeners
        }
        guard let damage = self.error else { return }
        for listener in listeners { listener(damage) }
    }

    /// One line, without the statement.
    private static func words(for error: any Error) -> String {
        guard let error = error as? DatabaseError else { return "\(error)" }
        return "\(error.message ?? "no message") (SQLite \(error.extendedResultCode.rawValue))"
    }

    /// Has a closure called, once and from any thread, when the file turns out to be damaged.
    func listen(_ listener: @escaping @Sendable (StoreError) -> Void) {
        let isLate = state.withLock { state in
            state.listeners.append(listener)
            return state.words != nil
        }
        if isLate, let error { listener(error) }
    }
}
