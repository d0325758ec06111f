package import GRDB

/// Gives free pages back to the file system, a bounded number at a time.
package enum IncrementalVacuum {
    /// Moves free pages to the file's end and cuts them off; the file shrinks with the next checkpoint.
    ///
    /// The pragma frees one page for each step of its statement, so it is stepped to its end
    /// (https://www.sqlite.org/pragma.html#pragma_incremental_vacuum).
    ///
    /// - Parameters:
    ///   - database: A connection that may write.
    ///   - pages: How many pages at most.
    /// - Returns: How many free pages the file still has.
    /// - Throws: `DatabaseError`.
    package static func step(_ database: Database, pages: Int) throws -> Int {
        // Below 1 the pragma would free all of them at once.
        // Not from the cache, which would keep a statement for each number.
        let rows = try Row.fetchCursor(try database.makeStatement(sql: "PRAGMA incremental_vacuum(\(max(pages, 1)))"))
        while try rows.next() != nil {}
        return try freePages(database)
    }

    /// How many free pages the file has, of ``StoreConfiguration/pageSizeBytes`` each.
    package static func freePages(_ database: Database) throws -> Int {
        try BoundStatement(database, "PRAGMA freelist_count").first { Int($0.int64(0)) } ?? 0
    }
}
