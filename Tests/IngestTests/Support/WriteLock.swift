import GRDB
import Store

/// The database's write lock, held as another process would.
struct WriteLock {
    private let connection: DatabaseQueue

    /// Takes the lock.
    init(_ harness: IngestHarness) throws {
        var configuration = Configuration()
        configuration.allowsUnsafeTransactions = true
        connection = try DatabaseQueue(path: harness.store.path, configuration: configuration)
        try connection.inDatabase { db in try db.execute(sql: "BEGIN IMMEDIATE") }
    }

    func release() async throws {
        try await connection.writeWithoutTransaction { db in try db.execute(sql: "COMMIT") }
    }
}
