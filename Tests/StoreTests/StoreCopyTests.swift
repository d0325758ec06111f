import Foundation
import GRDB
import Testing

@testable import Store

struct StoreCopyTests {
    private let rig: TemporaryStore

    init() throws {
        rig = try TemporaryStore()
    }

    /// Makes the database so long that it is copied in several parts.
    private func fill(mebibytes: Int) throws {
        let sql = """
            WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < \(mebibytes))
            INSERT INTO lexicon (id, json, created_at) SELECT i, hex(zeroblob(524288)), '' FROM n
            """
        try rig.write { db in try db.execute(sql: sql) }
    }

    private func lexicons(_ store: Store) throws -> Int {
        try store.read { db in try Int.fetchOne(db, sql: "SELECT count(*) FROM lexicon") ?? 0 }
    }

    @Test
    func `a copy is one state and comes to its end, though commits come all the time`() throws {
        try fill(mebibytes: 20)
        let path = rig.folder.path("copy.db")
        var parts = 0
        let file = try PartialFile(for: path, mode: 0o640)
        let count = try rig.store.copy(to: file.path) { db in
            try Int.fetchOne(db, sql: "SELECT count(*) FROM lexicon")
        } afterEachPart: {
            parts += 1
            try rig.write { db in
                try db.execute(sql: "INSERT INTO lexicon (id, json, created_at) VALUES ('w\(parts)', '{}', '')")
                try db.execute(sql: "UPDATE lexicon SET created_at = 'changed' WHERE id = '1'")
            }
        }
        try file.moveIntoPlace()
        #expect(parts == 5, "the copying was never begun anew")
        #expect(try lexicons(rig.store) == 25, "commits came meanwhile")
        let copy = try Store.open(path: path, access: .readOnly)
        #expect(try lexicons(copy) == 20)
        #expect(count == 20)
        let changed = try copy.read { db in
            try Int.fetchOne(db, sql: "SELECT count(*) FROM lexicon WHERE created_at = 'changed'")
        }
        #expect(changed == 0)
        #expect(try copy.quickProblem() == nil)
        try copy.close()
    }

    @Test
    func `a copy needs no other file, and becomes a database with a write-ahead log again`() throws {
        let path = rig.folder.path("copy.db")
        let file = try PartialFile(for: path, mode: 0o640)
        try rig.store.copy(to: file.path) { _ in
        } afterEachPart: {
        }
        try file.moveIntoPlace()
        let copy = try Store.open(path: path, access: .readOnly)
        #expect(try copy.read { try String.fetchOne($0, sql: "PRAGMA journal_mode") } == "delete")
        try copy.close()
        let names = try FileManager.default.contentsOfDirectory(atPath: rig.folder.url.path)
        #expect(names.filter { $0.hasPrefix("copy.db") } == ["copy.db"])
        #expect(StoreFile.mode(of: path) & ~0o640 == 0)

        try Store.beginLog(ofCopyAt: path)
        let again = try Store.open(path: path, access: .readOnly)
        #expect(try again.read { try String.fetchOne($0, sql: "PRAGMA journal_mode") } == "wal")
        try again.close()
    }

    @Test
    func `what ends a copying ends it, and it is put away`() throws {
        struct Enough: Error {}
        try fill(mebibytes: 10)
        let file = try PartialFile(for: rig.folder.path("copy.db"), mode: 0o640)
        #expect(throws: Enough.self) {
            try rig.store.copy(to: file.path) { _ in
            } afterEachPart: {
                throw Enough()
            }
        }
        file.discard()
        let names = try FileManager.default.contentsOfDirectory(atPath: rig.folder.url.path)
        #expect(names.allSatisfy { !$0.hasPrefix("copy.db") }, "\(names)")
    }

    @Test
    func `a file that is being made replaces nothing`() throws {
        let path = rig.folder.path("there")
        let file = try PartialFile(for: path, mode: 0o640)
        #expect(PartialFile.isMeant(by: file.path))
        #expect(!PartialFile.isMeant(by: path))
        #expect(!PartialFile.isMeant(by: "\(path).partial-x"))
        try Data("somebody's".utf8).write(to: URL(fileURLWithPath: path))
        let error = #expect(throws: StoreError.self) { try file.moveIntoPlace() }
        #expect(error?.description.hasPrefix("there is something at \(path) already") == true)
        #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == Data("somebody's".utf8))
        #expect(throws: StoreError.self) { try PartialFile(for: path, mode: 0o640) }
        file.discard()
        #expect(!FileManager.default.fileExists(atPath: file.path))
    }
}
