import Foundation
import GRDB
import Synchronization
import Testing

@testable import Store

/// What becomes of a file after a fault from which no later write can be relied on.
@Suite struct StoreDamageTests {
    @Test(arguments: [
        ResultCode.SQLITE_IOERR_FSYNC, .SQLITE_IOERR_DIR_FSYNC, .SQLITE_CORRUPT, .SQLITE_NOTADB,
    ])
    func `nothing is done to the file after`(_ code: ResultCode) throws {
        let damage = StoreDamage(path: "/file")
        #expect(throws: StoreError.self) {
            try damage.watch { throw DatabaseError(resultCode: code, message: "the disk is gone") }
        }
        var isDone = false
        #expect(throws: StoreError.self) { try damage.watch { isDone = true } }
        #expect(!isDone)
        let words = try #require(damage.error).description
        #expect(words.contains("/file") && words.contains("the disk is gone"))
    }

    @Test(arguments: [ResultCode.SQLITE_FULL, .SQLITE_BUSY, .SQLITE_IOERR_WRITE, .SQLITE_CONSTRAINT])
    func `the file is as good as before after`(_ code: ResultCode) throws {
        let damage = StoreDamage(path: "/file")
        #expect(throws: DatabaseError.self) { try damage.watch { throw DatabaseError(resultCode: code) } }
        #expect(try damage.watch { 1 } == 1)
        #expect(damage.error == nil)
    }

    @Test func `who listens is told once, also when it was damaged before`() {
        let damage = StoreDamage(path: "/file")
        let told = Mutex(0)
        damage.listen { _ in told.withLock { $0 += 1 } }
        damage.note(DatabaseError(resultCode: .SQLITE_CORRUPT))
        damage.note(DatabaseError(resultCode: .SQLITE_CORRUPT))
        #expect(told.withLock(\.self) == 1)
        damage.listen { _ in told.withLock { $0 += 1 } }
        #expect(told.withLock(\.self) == 2)
    }

    @Test func `a page that is found corrupt ends all writing`() throws {
        let folder = try TemporaryFolder()
        defer { withExtendedLifetime(folder) {} }
        let path = folder.path()
        let store = try Store.open(path: path, access: .daemon(synchronous: .normal))
        try store.write { db in try db.execute(sql: "INSERT INTO counter (name, value) VALUES ('before', 1)") }
        try store.checkpoint(.truncate)
        let page = try store.read { db in
            try Int64.fetchOne(db, sql: "SELECT rootpage FROM sqlite_schema WHERE name = 'audit'") ?? 0
        }
        try store.close()
        let file = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
        try file.seek(toOffset: UInt64(page - 1) * 4096)
        try file.write(contentsOf: [UInt8](repeating: 0xFF, count: 4096))
        try file.close()

        let damaged = try Store.open(path: path, access: .daemon(synchronous: .normal))
        #expect(throws: (any Error).self) { try damaged.read { try $0.execute(sql: "SELECT * FROM audit") } }
        #expect(throws: StoreError.self) {
            try damaged.write { db in try db.execute(sql: "UPDATE counter SET value = 2 WHERE name = 'before'") }
        }
        let value = try damaged.read { try Int64.fetchOne($0, sql: "SELECT value FROM counter WHERE name = 'before'") }
        #expect(value == 1)
    }
}
