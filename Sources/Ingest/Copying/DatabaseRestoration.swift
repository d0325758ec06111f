import Foundation
import Store

/// Puts a backup in the place of a database that is gone.
package struct DatabaseRestoration {
    /// What a database that is gone must not have left: its write-ahead log would be taken for that of the backup.
    private static let remains = ["", "-wal", "-shm", "-journal"]

    private let backup: String
    private let database: String
    private let minimumFreeBytes: Int64

    /// Makes the restoration; nothing is touched until ``run(watch:)``.
    ///
    /// - Parameters:
    ///   - backup: the backup, which stays as it is.
    ///   - database: where it is to go.
    ///   - minimumFreeBytes: what has to stay free on the disk where both are.
    package init(of backup: String, to database: String, minimumFreeBytes: Int64) {
        self.backup = backup
        self.database = Store.resolved(database)
        self.minimumFreeBytes = minimumFreeBytes
    }

    /// Copies the backup to the database's place, once it was found sound.
    ///
    /// - Parameter watch: ends it.
    /// - Returns: what it holds.
    /// - Throws: `StoreError` with what to do, ``DatabaseLock/Held``, `CancellationError`; then nothing was put into the
    ///   database's place.
    package func run(watch: CopyWatch) throws -> DatabaseContents {
        guard !PartialFile.isMeant(by: backup) else {
            throw StoreError.io("\(backup) is what an interrupted copying left, and no backup: it can be deleted")
        }
        do {
            let source = try Store.open(path: backup, access: .readOnly)
            defer { try? source.close() }
            return try put(source, watch)
        } catch let error as DatabaseCopy.Unsound {
            throw corrupt(error.problem)
        } catch StoreError.damaged(_, let reason) {
            throw corrupt(reason)
        }
    }

    private func put(_ source: Store, _ watch: CopyWatch) throws -> DatabaseContents {
        // No daemon may start meanwhile, and make a database of its own.
        let lock = try DatabaseLock(databaseAt: database)
        defer { withExtendedLifetime(lock) {} }
        try lock.giveToOwnerOfFolder()
        try refuseRemains()
        let copy = DatabaseCopy(
            source: source,
            target: database,
            mode: 0o640,
            minimumFreeBytes: minimumFreeBytes,
            watch: watch
        )
        return try copy.make { path in
            try Store.beginLog(ofCopyAt: path)
            try Store.giveToOwnerOfFolder(path)
        }
    }

    private func refuseRemains() throws {
        var status = stat()
        let found = DatabaseRestoration.remains.map { database + $0 }.filter { lstat($0, &status) == 0 }
        guard let first = found.first else { return }
        let others = found.count > 1 ? ", with \(found.dropFirst().joined(separator: " and "))," : ""
        throw StoreError.io(
            "\(first) is there\(others) and was left as it is: move what is there away first, or name another --database"
        )
    }

    private func corrupt(_ problem: String) -> StoreError {
        .io("the backup at \(backup) is corrupt, and nothing was restored from it: \(problem); take another one")
    }
}
