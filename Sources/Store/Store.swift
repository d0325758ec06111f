import Dispatch
package import GRDB

/// The database: one writer, and in the daemon readers beside it that neither wait for the writer nor hold it up.
///
/// All accesses are synchronous; repositories are made inside of them, over their `Database`, and go no further.
package final class Store: Sendable {
    /// Who opens the database, and what for.
    package enum Access: Sendable {
        /// The daemon: creates the file and the schema; readers run beside the writer.
        case daemon(synchronous: Synchronous)

        /// A command that changes something in an existing database, also beside a running daemon.
        case readWrite

        /// A command that only reads an existing database; nothing can be written.
        case readOnly

        var isDaemon: Bool {
            if case .daemon = self { true } else { false }
        }

        var isReadOnly: Bool {
            if case .readOnly = self { true } else { false }
        }
    }

    /// The absolute path of the database's file.
    package let path: String

    private let access: Access
    let database: any DatabaseWriter
    /// Only the daemon has one; elsewhere SQLite's automatic checkpoint will do.
    private let checkpointer: Checkpointer?
    private let damage: StoreDamage

    private init(
        path: String,
        access: Access,
        database: any DatabaseWriter,
        damage: StoreDamage,
        checkpointer: Checkpointer? = nil
    ) {
        self.path = path
        self.access = access
        self.database = database
        self.damage = damage
        self.checkpointer = checkpointer
    }

    /// The one name of a database's file, whichever way it was named: absolute, with links followed.
    package static func resolved(_ path: String) -> String {
        StoreFile(path: path).path
    }

    /// Throws the reason why a daemon cannot have a database, as far as the file system tells; makes the file if there is
    /// none.
    package static func examine(_ path: String, for access: Access) throws {
        let file = StoreFile(path: path)
        try file.prepare(for: access)
        try file.examineHeader()
        try file.examineLog()
    }

    /// Opens the database.
    ///
    /// - Parameters:
    ///   - path: The file; a relative path is one of the current folder.
    ///   - access: What for. Only the daemon creates a database, or one command beside it could.
    /// - Returns: The open database, whose schema is the one that this version knows.
    /// - Throws: ``StoreError``.
    package static func open(path: String, access: Access) throws -> Store {
        try open(path: path, access: access, limits: .current)
    }

    /// Opens the database with limits of its own for the daemon's checkpoints.
    static func open(path: String, access: Access, limits: Checkpointer.Limits) throws -> Store {
        _ = StoreConfiguration.processWide
        let file = StoreFile(path: path)
        try file.prepare(for: access)
        try file.examineHeader()
        try file.examineLog()
        let configuration = StoreConfiguration.database(for: access) { database in
            try Schema.verify(database, path: file.path, mayBeEmpty: access.isDaemon)
        }
        let damage = StoreDamage(path: file.path)
        do {
            guard case .daemon(let synchronous) = access else {
                let queue = try DatabaseQueue(path: file.path, configuration: configuration)
                return Store(path: file.path, access: access, database: queue, damage: damage)
            }
            let pool = try DatabasePool(path: file.path, configuration: configuration)
            // GRDB sets NORMAL with the WAL mode, so this comes after it.
            try pool.writeWithoutTransaction { try $0.execute(sql: "PRAGMA synchronous = \(synchronous.rawValue)") }
            CrashPoint.pass(.migrationBegun)
            try Schema.migrator.migrate(pool)
            CrashPoint.pass(.migrationCommitted)
            let beside = StoreConfiguration.database(for: .readWrite) { _ in }
            let checkpointer = try Checkpointer(
                path: file.path,
                configuration: beside,
                limits: limits,
                damage: damage
            )
            return Store(
                path: file.path,
                access: access,
                database: pool,
                damage: damage,
                checkpointer: checkpointer
            )
        } catch {
            throw file.explain(error, opening: access)
        }
    }

    /// Runs `body` in a transaction that holds the write lock from its start, and commits it.
    ///
    /// - Parameter body: What to do; a repository made in it must not leave it.
    /// - Returns: What `body` returns.
    /// - Throws: `DatabaseError`, or what `body` throws; then nothing was written. ``StoreError/damaged(_:reason:)`` from the
    ///   first fault on after which the file cannot be relied on.
    @discardableResult
    package func write<Value>(_ body: (Database) throws -> Value) throws -> Value {
        try writeWithoutTransaction { database in
            var value: Value?
            try database.inTransaction(.immediate) {
                value = try body(database)
                // The checkpointer may have found it out meanwhile.
                if let error = damage.error { throw error }
                return .commit
            }
            checkpointer?.noteCommit(database)
            guard let value else { preconditionFailure("a committed transaction has a value") }
            return value
        }
    }

    /// Has a closure called, once and from any thread, when the file turns out to be one that cannot be relied on.
    package func whenDamaged(_ body: @escaping @Sendable (StoreError) -> Void) {
        damage.listen(body)
    }

    /// Runs `body` on the writer's connection without a transaction around it.
    ///
    /// - Parameter body: What to do; it must end the transactions that it begins.
    /// - Returns: What `body` returns.
    /// - Throws: `DatabaseError`, or what `body` throws.
    @discardableResult
    package func writeWithoutTransaction<Value>(_ body: (Database) throws -> Value) throws -> Value {
        try damage.watch { try database.writeWithoutTransaction { try damage.watch($0, body) } }
    }

    /// Has the writer keep few pages in memory for the sake of a row that takes much of it, or as many as usual again.
    ///
    /// - Parameter areFew: Which of them.
    /// - Throws: `DatabaseError`.
    package func holdPages(few areFew: Bool) throws {
        try writeWithoutTransaction { try StoreConfiguration.holdPages(areFew, $0) }
    }

    /// Runs `body` on one state of the database, which nothing changes meanwhile.
    ///
    /// Keep it short: the write-ahead log grows while a reader stays.
    ///
    /// - Parameter body: What to read.
    /// - Returns: What `body` returns.
    /// - Throws: `DatabaseError`, or what `body` throws.
    package func read<Value>(_ body: (Database) throws -> Value) throws -> Value {
        do {
            return try database.read { try damage.watch($0, body) }
        } catch {
            damage.note(error)
            throw StoreDamage.isMeant(by: error) ? damage.error ?? error : error
        }
    }

    /// A number that changes when another process wrote (https://www.sqlite.org/pragma.html#pragma_data_version).
    ///
    /// To be asked in each transaction that trusts what was read before it, on the connection that read it.
    package static func dataVersion(_ database: Database) throws -> Int64 {
        try BoundStatement(database, "PRAGMA data_version").first { $0.int64(0) } ?? 0
    }

    /// The sizes of the database's file and of its write-ahead log; 0 for a file that is not there.
    package func fileSizes() -> (databaseBytes: Int64, walBytes: Int64) {
        (Store.fileBytes(path), Store.fileBytes(path + "-wal"))
    }

    /// The size of a file; 0 when it is not there.
    package static func fileBytes(_ path: String) -> Int64 { StoreFile.size(of: path) }

    /// Why the write-ahead log cannot be moved into the database's file; nil when it can.
    package var checkpointFailure: String? { checkpointer?.failure }

    /// Whether the write-ahead log is being moved into the database's file now, for which the disk has much to do.
    package var isCopyingLog: Bool { checkpointer?.isCopying ?? false }

    /// The reader that was in the way of the daemon's last checkpoint; nil when none was.
    package var logPin: LogPin? { checkpointer?.pin }

    /// How far a checkpoint goes (https://www.sqlite.org/pragma.html#pragma_wal_checkpoint).
    package enum Checkpoint: String, Sendable {
        /// As far as readers allow, waiting for nobody.
        case passive
        /// Waits for readers, 5 s at most, and empties the write-ahead log.
        case truncate
    }

    /// Moves what the write-ahead log holds into the database's file, which is when the file itself becomes smaller.
    ///
    /// - Parameter kind: How far it goes.
    /// - Returns: Whether nobody was in the way.
    /// - Throws: `DatabaseError`.
    @discardableResult
    package func checkpoint(_ kind: Checkpoint) throws -> Bool {
        CrashPoint.pass(.checkpointBegun)
        defer { CrashPoint.pass(.checkpointDone) }
        if case .passive = kind, let checkpointer { return try damage.watch { try checkpointer.copyNow() } }
        return try writeWithoutTransaction { database in
            try BoundStatement(database, "PRAGMA wal_checkpoint(\(kind.rawValue))").first { !$0.bool(0) } ?? false
        }
    }

    /// Tries to empty the write-ahead log, and holds no writer up for longer than it takes to copy what is left of it.
    ///
    /// - Returns: Whether it is empty; not when a reader still needs it, or others write all the time.
    /// - Throws: `DatabaseError`.
    package func emptyLog() throws -> Bool {
        // Most of it is copied beside the writers.
        try checkpoint(.passive)
        return try database.writeWithoutTransaction { database in
            // Else it would wait for readers with the writers' lock in its hand.
            _ = try BoundStatement(database, "PRAGMA busy_timeout = \(Store.briefTimeoutMilliseconds)").first { _ in }
            defer { try? database.execute(sql: "PRAGMA busy_timeout = \(StoreConfiguration.busyTimeoutMilliseconds)") }
            return try BoundStatement(database, "PRAGMA wal_checkpoint(TRUNCATE)").first { !$0.bool(0) } ?? false
        }
    }

    private static let briefTimeoutMilliseconds = 20

    /// Closes all connections; the daemon's close leaves an empty write-ahead log, if that can be had in time.
    ///
    /// A log that is left is no loss: the next start reads it, in less time than the copying takes.
    ///
    /// - Parameter time: How long the log may take to be moved into the database's file.
    /// - Throws: `DatabaseError`.
    package func close(emptyingLogWithin time: Duration = .milliseconds(250)) throws {
        if let checkpointer {
            try checkpointer.close()
            if damage.error == nil { try interrupting(after: time) { try checkpoint(.truncate) } }
        }
        try database.close()
    }

    /// Does some work, and gives it up when the time is over.
    private func interrupting(after time: Duration, _ work: () throws -> Void) throws {
        let interruption = DispatchWorkItem { [database] in database.interrupt() }
        let (seconds, attoseconds) = time.components
        let nanoseconds = Int(seconds) * 1_000_000_000 + Int(attoseconds / 1_000_000_000)
        DispatchQueue.global().asyncAfter(deadline: .now() + .nanoseconds(nanoseconds), execute: interruption)
        defer { interruption.cancel() }
        do {
            try work()
        } catch DatabaseError.SQLITE_INTERRUPT {
            return
        }
    }
}
