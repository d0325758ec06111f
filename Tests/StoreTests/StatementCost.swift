import GRDB
import GRDBSQLite

/// Counts the steps of SQLite's virtual machine: the work of a query without the machine's speed.
final class StatementCost {
    private var steps = 0
    private let connection: OpaquePointer?

    private init(_ database: Database) {
        connection = database.sqliteConnection
    }

    /// The steps of all statements that `body` runs on the connection.
    static func steps(_ database: Database, _ body: () throws -> Void) throws -> Int {
        let cost = StatementCost(database)
        cost.resetCountsOfCachedStatements()
        let context = Unmanaged.passUnretained(cost).toOpaque()
        sqlite3_trace_v2(
            cost.connection,
            UInt32(SQLITE_TRACE_PROFILE),
            { _, context, statement, _ in
                guard let context, let statement else { return 0 }
                let cost = Unmanaged<StatementCost>.fromOpaque(context).takeUnretainedValue()
                cost.steps += Int(sqlite3_stmt_status(OpaquePointer(statement), SQLITE_STMTSTATUS_VM_STEP, 1))
                return 0
            },
            context
        )
        defer { sqlite3_trace_v2(cost.connection, 0, nil, nil) }
        try body()
        return withExtendedLifetime(cost) { cost.steps }
    }

    private func resetCountsOfCachedStatements() {
        var statement = sqlite3_next_stmt(connection, nil)
        while let current = statement {
            sqlite3_stmt_status(current, SQLITE_STMTSTATUS_VM_STEP, 1)
            statement = sqlite3_next_stmt(connection, current)
        }
    }
}
