import GRDB
import Testing

@testable import Store

struct BoundStatementTests {
    private let store: TemporaryStore

    init() throws {
        store = try TemporaryStore()
    }

    @Test(arguments: ["", "a", "\u{0}", "a\u{0}b", "\u{0}\u{0}", "ä🙂\u{0}ü", String(repeating: "x", count: 70_000)])
    func `a text comes back as it went in`(text: String) throws {
        let (back, length) = try store.read { database throws in
            let statement = BoundStatement(database, "SELECT ?, length(CAST(?1 AS BLOB)), typeof(?1)")
            return try #require(
                try statement.first(text) { row in
                    #expect(row.text(2) == "text")
                    return (row.text(0), Int(row.int64(1)))
                }
            )
        }
        #expect(back == text)
        #expect(length == text.utf8.count)
    }

    @Test(arguments: [[], [0], [0xFF, 0xFE, 0x00, 0x41], Array(repeating: 0x20, count: 100_000)] as [[UInt8]])
    func `borrowed bytes come back as they went in, as text and as blob`(bytes: [UInt8]) throws {
        for isText in [true, false] {
            let (back, type) = try store.read { database throws in
                try bytes.withUnsafeBytes { buffer in
                    let statement = BoundStatement(database, "SELECT ?, typeof(?1)")
                    let argument = BorrowedBytes(bytes: buffer, isText: isText)
                    return try #require(try statement.first(argument) { ($0.bytes(0), $0.text(1)) })
                }
            }
            #expect(back == bytes)
            #expect(type == (isText ? "text" : "blob"))
        }
    }

    @Test
    func `integers, flags and missing values come back as they went in`() throws {
        try store.read { database throws in
            let statement = BoundStatement(database, "SELECT ?, ?, ?, ?, ?")
            let missing: String? = nil
            try statement.walk([Int64.min, Int64.max, true, missing, Optional("here")]) { row in
                #expect(row.int64(0) == .min)
                #expect(row.optionalInt64(1) == .max)
                #expect(row.bool(2))
                #expect(row.isNull(3))
                #expect(row.optionalText(3) == nil)
                #expect(row.optionalInt64(3) == nil)
                #expect(row.text(3) == "")
                #expect(row.bytes(3) == [])
                #expect(row.optionalText(4) == "here")
                return true
            }
        }
    }

    @Test
    func `an error names SQLite's code and the statement, and the statement can be used again`() throws {
        try store.write { database throws in
            let statement = BoundStatement(
                database,
                "INSERT INTO lexicon (id, json, created_at) VALUES (?, ?, '')"
            )
            let missing: String? = nil
            let error = #expect(throws: DatabaseError.self) { try statement.run("a", missing) }
            #expect(error?.extendedResultCode == .SQLITE_CONSTRAINT_NOTNULL)
            #expect(error?.message == "NOT NULL constraint failed: lexicon.json")
            #expect(error?.sql?.contains("INSERT INTO lexicon") == true)
            #expect(try statement.run("a", "{}") == 1)
        }
    }

    @Test
    func `too many values are an error`() throws {
        try store.read { database throws in
            let error = #expect(throws: DatabaseError.self) {
                try BoundStatement(database, "SELECT ?").first("a", "b") { $0.text(0) }
            }
            #expect(error?.resultCode == .SQLITE_RANGE)
        }
    }

    @Test
    func `a value does not stay bound`() throws {
        try store.read { database throws in
            let statement = BoundStatement(database, "SELECT ?")
            #expect(try statement.first("a") { $0.optionalText(0) } == "a")
            #expect(try statement.first { $0.optionalText(0) } == .some(nil))
        }
    }

    @Test
    func `a walk ends where its visitor says`() throws {
        try store.read { database throws in
            let statement = BoundStatement(
                database,
                "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?) SELECT i FROM n"
            )
            var seen: [Int64] = []
            try statement.walk([100]) { row in
                seen.append(row.int64(0))
                return seen.count < 3
            }
            #expect(seen == [1, 2, 3])
            #expect(try statement.all(4) { $0.int64(0) } == [1, 2, 3, 4])
        }
    }
}
