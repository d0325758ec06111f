import GRDB
import GRDBSQLite

/// A statement of GRDB's cache whose parameters are bound through SQLite's C API.
///
/// GRDB's own binding cuts texts at U+0000, and its argument arrays cost about a third of what a batch costs. What is
/// lost is GRDB's observation of changes, which nothing here uses. The statement is looked up in the cache at its first
/// use and kept, so a repository makes its statements once and is made once per transaction. Must not outlive the access
/// to the `Database`, and must not be run again from within its own rows.
final class BoundStatement {
    private let database: Database
    private let sql: String
    private var prepared: Statement?

    init(_ database: Database, _ sql: String) {
        self.database = database
        self.sql = sql
    }

    /// Runs the statement to its end and returns the number of rows that an INSERT, UPDATE or DELETE changed.
    ///
    /// - Parameter argument: The values of the parameters, in their order.
    /// - Returns: The number of changed rows; without meaning for other statements.
    /// - Throws: `DatabaseError`.
    @discardableResult
    func run<each Argument: StatementArgument>(_ argument: repeat each Argument) throws -> Int {
        let statement = try pointer()
        var binding = Binding(statement)
        repeat binding.add(each argument)
        try step(statement, bound: binding.code) { _ in true }
        return Int(sqlite3_changes(database.sqliteConnection))
    }

    /// Runs a statement of several equal runs of parameters, such as an INSERT of as many rows.
    ///
    /// - Parameters:
    ///   - rows: What the runs are of; as many as the statement has.
    ///   - arguments: The values of one run's parameters, in their order.
    /// - Returns: The number of changed rows.
    /// - Throws: `DatabaseError`.
    func run<Row, each Argument: StatementArgument>(
        rows: some Collection<Row>,
        _ arguments: (Row) -> (repeat each Argument)
    ) throws -> Int {
        let statement = try pointer()
        var binding = Binding(statement)
        for row in rows {
            let values = arguments(row)
            repeat binding.add(each values)
        }
        try step(statement, bound: binding.code) { _ in true }
        return Int(sqlite3_changes(database.sqliteConnection))
    }

    /// Reads the first row.
    ///
    /// - Parameters:
    ///   - argument: The values of the parameters, in their order.
    ///   - read: Makes the value of the row.
    /// - Returns: The value, or nil when there is no row.
    /// - Throws: `DatabaseError`.
    func first<each Argument: StatementArgument, Value>(
        _ argument: repeat each Argument,
        read: (StatementRow) throws -> Value
    ) throws -> Value? {
        let statement = try pointer()
        var binding = Binding(statement)
        repeat binding.add(each argument)
        var value: Value?
        try step(statement, bound: binding.code) { row in
            value = try read(row)
            return false
        }
        return value
    }

    /// Reads every row.
    ///
    /// - Parameters:
    ///   - argument: The values of the parameters, in their order.
    ///   - read: Makes the value of a row.
    /// - Returns: The values, in the rows' order.
    /// - Throws: `DatabaseError`.
    func all<each Argument: StatementArgument, Value>(
        _ argument: repeat each Argument,
        read: (StatementRow) throws -> Value
    ) throws -> [Value] {
        let statement = try pointer()
        var binding = Binding(statement)
        repeat binding.add(each argument)
        var values: [Value] = []
        try step(statement, bound: binding.code) { row in
            values.append(try read(row))
            return true
        }
        return values
    }

    /// Walks the rows until they end or `visit` returns false.
    ///
    /// - Parameters:
    ///   - arguments: The values of the parameters, in their order.
    ///   - visit: Looks at a row, and says whether to go on.
    /// - Throws: `DatabaseError`, or what `visit` throws.
    func walk(_ arguments: [any StatementArgument], visit: (StatementRow) throws -> Bool) throws {
        let statement = try pointer()
        var binding = Binding(statement)
        for argument in arguments {
            binding.add(argument)
        }
        try step(statement, bound: binding.code, visit: visit)
    }

    private func pointer() throws -> OpaquePointer {
        if let prepared {
            return prepared.sqliteStatement
        }
        let statement = try database.cachedStatement(sql: sql)
        precondition(sqlite3_stmt_busy(statement.sqliteStatement) == 0, "a statement runs within its own rows: \(sql)")
        prepared = statement
        return statement.sqliteStatement
    }

    /// Steps the statement, then resets it and lets go of the bound bytes, also after an error.
    private func step(_ statement: OpaquePointer, bound: CInt, visit: (StatementRow) throws -> Bool) throws {
        defer {
            sqlite3_reset(statement)
            sqlite3_clear_bindings(statement)
        }
        guard bound == SQLITE_OK else { throw error(bound) }
        while true {
            let code = sqlite3_step(statement)
            switch code {
            case SQLITE_DONE: return
            case SQLITE_ROW: guard try visit(StatementRow(statement: statement)) else { return }
            default: throw error(code)
            }
        }
    }

    private func error(_ code: CInt) -> DatabaseError {
        let message = String(cString: sqlite3_errmsg(database.sqliteConnection))
        return DatabaseError(resultCode: ResultCode(rawValue: code), message: message, sql: sql)
    }
}

/// Binds values one after the other and keeps the first failure.
private struct Binding {
    private let statement: OpaquePointer
    private var index: CInt = 0
    private(set) var code = SQLITE_OK

    init(_ statement: OpaquePointer) {
        self.statement = statement
    }

    mutating func add(_ argument: some StatementArgument) {
        guard code == SQLITE_OK else { return }
        index += 1
        code = argument.bind(to: statement, at: index)
    }
}
