import GRDBSQLite

/// The row that a statement stands on; columns count from 0.
///
/// It is valid only inside the closure that it is given to.
struct StatementRow {
    let statement: OpaquePointer

    func isNull(_ column: CInt) -> Bool {
        sqlite3_column_type(statement, column) == SQLITE_NULL
    }

    func isText(_ column: CInt) -> Bool {
        sqlite3_column_type(statement, column) == SQLITE_TEXT
    }

    func int64(_ column: CInt) -> Int64 {
        sqlite3_column_int64(statement, column)
    }

    func optionalInt64(_ column: CInt) -> Int64? {
        isNull(column) ? nil : int64(column)
    }

    func bool(_ column: CInt) -> Bool {
        int64(column) != 0
    }

    /// The column's text, whole even if it holds U+0000; empty for NULL.
    func text(_ column: CInt) -> String {
        // The text first and then its length: https://www.sqlite.org/c3ref/column_blob.html
        guard let start = sqlite3_column_text(statement, column) else { return "" }
        let length = Int(sqlite3_column_bytes(statement, column))
        return String(decoding: UnsafeBufferPointer(start: start, count: length), as: UTF8.self)
    }

    func optionalText(_ column: CInt) -> String? {
        isNull(column) ? nil : text(column)
    }

    /// The bytes of a TEXT (its UTF-8) or a BLOB; empty for NULL.
    func bytes(_ column: CInt) -> [UInt8] {
        guard let start = sqlite3_column_blob(statement, column) else { return [] }
        let length = Int(sqlite3_column_bytes(statement, column))
        return Array(UnsafeRawBufferPointer(start: start, count: length))
    }
}
