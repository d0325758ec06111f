package import GRDB

/// Copies of the whole database.
extension Store {
    /// What one step of a copy covers, 4 MiB: some hundredths of a second.
    private static let pagesOfPart: CInt = 1024

    /// Copies one state of the database into an empty file, beside those who write.
    ///
    /// All of it is read in one transaction: without that, SQLite would begin anew with each commit of another process and
    /// never come to an end. Nobody waits for it, but the write-ahead log grows meanwhile (decision 0010). The copy needs no
    /// other file beside it, and the disk has not been asked to keep it yet.
    ///
    /// - Parameters:
    ///   - path: The file, empty.
    ///   - describe: Asked of the state that is copied, before it is.
    ///   - check: Called after each part; what it throws ends the copying.
    /// - Returns: What `describe` returned.
    /// - Throws: `DatabaseError`, or what a closure throws.
    package func copy<Value>(
        to path: String,
        describing describe: (Database) throws -> Value,
        afterEachPart check: @escaping () throws -> Void
    ) throws -> Value {
        let destination = try DatabaseQueue(path: path, configuration: StoreConfiguration.copy)
        let value = try read { source in
            // Its first statement is what fixes the state.
            let value = try describe(source)
            try destination.writeWithoutTransaction { copy in
                try source.backup(to: copy, pagesPerStep: Store.pagesOfPart) { progress in
                    if !progress.isCompleted { try check() }
                }
            }
            return value
        }
        try destination.writeWithoutTransaction { copy in try copy.execute(sql: "PRAGMA journal_mode = DELETE") }
        try destination.close()
        return value
    }

    /// Has a copy that nobody uses yet keep a write-ahead log from now on, as a database of the daemon does.
    ///
    /// - Parameter path: The copy.
    /// - Throws: `DatabaseError`.
    package static func beginLog(ofCopyAt path: String) throws {
        let copy = try DatabaseQueue(path: path, configuration: StoreConfiguration.copy)
        try copy.writeWithoutTransaction { copy in try copy.execute(sql: "PRAGMA journal_mode = WAL") }
        try copy.close()
    }

    /// Has SQLite read every page of the file and look whether they fit one another.
    ///
    /// https://www.sqlite.org/pragma.html#pragma_quick_check
    ///
    /// - Returns: The first thing that is wrong; nil when nothing is.
    /// - Throws: `DatabaseError`.
    package func quickProblem() throws -> String? {
        do {
            return try read { db in
                try BoundStatement(db, "PRAGMA quick_check(1)").first { $0.text(0) }.flatMap { $0 == "ok" ? nil : $0 }
            }
        } catch let error as DatabaseError where StoreDamage.isMeant(by: error) {
            return "\(error)"
        } catch StoreError.damaged(_, let reason) {
            return reason
        }
    }

    /// The permissions of the database's file.
    package var mode: UInt32 { StoreFile.mode(of: path) }

    /// Has what root made beside a database belong to who owns the folder, as what the daemon makes there does.
    ///
    /// - Parameter path: The file.
    /// - Throws: ``StoreError``.
    package static func giveToOwnerOfFolder(_ path: String) throws {
        try StoreFile(path: path).giveToOwnerOfFolder()
    }

    /// Ends what is being read, which then throws SQLITE_INTERRUPT; from any thread.
    package func interrupt() {
        database.interrupt()
    }
}
