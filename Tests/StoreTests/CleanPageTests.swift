import CSQLite
import Foundation
import GRDB
import TestSupport
import Testing

@testable import Store

/// Pages of the file without the copies that SQLite leaves of what was deleted.
struct CleanPageTests {
    private static let secret = Data("a word that only the deleted rows had".utf8)

    /// Rows of all sizes that come, change and go, of which the secret ones go last; how often the file holds the secret.
    private func traces(seed: UInt64, isCleaning: Bool) throws -> Int {
        let folder = try TemporaryFolder()
        var configuration = Configuration()
        configuration.prepareDatabase { database in
            try database.execute(sql: "PRAGMA auto_vacuum = INCREMENTAL; PRAGMA secure_delete = ON")
            guard isCleaning else { return }
            let code = windsock_sqlite_write_clean_pages(UnsafeMutableRawPointer(database.sqliteConnection))
            try #require(code == 0)
        }
        let path = folder.path()
        let queue = try DatabaseQueue(path: path, configuration: configuration)
        try queue.writeWithoutTransaction { database in
            try database.execute(sql: "PRAGMA journal_mode = WAL")
            try database.execute(sql: "CREATE TABLE t (id INTEGER PRIMARY KEY, kind INTEGER, x TEXT)")
            try database.execute(sql: "CREATE UNIQUE INDEX i ON t (x, id)")
            try database.inTransaction {
                try change(database, seed: seed)
                return .commit
            }
            try database.execute(sql: "DELETE FROM t WHERE kind = 0")
            try database.execute(sql: "PRAGMA wal_checkpoint(TRUNCATE)")
            #expect(try String.fetchOne(database, sql: "PRAGMA integrity_check") == "ok")
        }
        try queue.close()
        var rest = try Data(contentsOf: URL(fileURLWithPath: path))[...]
        var count = 0
        while let found = rest.range(of: Self.secret) {
            count += 1
            rest = rest[found.upperBound...]
        }
        return count
    }

    private func change(_ database: Database, seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<6_000 {
            let kind = Int.random(in: 0..<10, using: &random)
            let start = String(Int.random(in: 0..<1_000, using: &random))
            let text = kind == 0 ? String(decoding: Self.secret, as: UTF8.self) : "others"
            let padding = String(repeating: "x", count: Int.random(in: 0..<600, using: &random))
            try database.execute(
                sql: """
                    INSERT INTO t (id, kind, x) VALUES (?1, ?2, ?3 || ?4)
                    ON CONFLICT DO UPDATE SET kind = excluded.kind, x = excluded.x
                    """,
                arguments: [Int.random(in: 0..<2_000, using: &random), kind, start + text, padding]
            )
        }
    }

    @Test
    func `nothing of what was deleted is in the file, where secure_delete alone leaves some`() throws {
        var left = 0
        for seed in 1...4 as ClosedRange<UInt64> {
            left += try traces(seed: seed, isCleaning: false)
            #expect(try traces(seed: seed, isCleaning: true) == 0, "seed \(seed)")
        }
        #expect(left > 0, "SQLite has learned to do so itself: the page cleaning may go")
    }

    /// A leaf of a table with two cells, and some bytes between its pointers and them.
    private func leaf() -> [UInt8] {
        var page = [UInt8](repeating: 0, count: 4096)
        page.replaceSubrange(0..<12, with: [13, 0, 0, 0, 2, 0x0F, 0x00, 0, 0x0F, 0x80, 0x0F, 0x00])
        for index in 0x0F00..<4096 { page[index] = 7 }
        page[100] = 1
        return page
    }

    private func clean(_ page: inout [UInt8], number: Int64) -> Bool {
        windsock_sqlite_clean_page(&page, CInt(page.count), number) != 0
    }

    @Test
    func `cleans what lies between pointers and content, and nothing else`() {
        var page = leaf()
        var expected = page
        expected[100] = 0
        #expect(clean(&page, number: 3))
        #expect(page == expected)
        #expect(!clean(&page, number: 3))
    }

    @Test(arguments: [
        // No b-tree page; the rest of a text; cells that lie outside; too many of them; content behind the page.
        [0: 0], [0: 0x7B], [8: 0x0E], [8: 0x10], [3: 0x10], [5: 0x20], [0: 5, 4: 0],
    ])
    func `leaves a page alone that is no b-tree page`(_ changes: [Int: UInt8]) {
        var page = leaf()
        for (index, byte) in changes { page[index] = byte }
        let before = page
        #expect(!clean(&page, number: 3))
        #expect(page == before)
    }

    @Test(arguments: [2, 822, 1642] as [Int64])
    func `leaves the pages of the pointer map alone`(_ number: Int64) {
        var page = leaf()
        #expect(!clean(&page, number: number))
        #expect(clean(&page, number: number + 1))
    }
}
