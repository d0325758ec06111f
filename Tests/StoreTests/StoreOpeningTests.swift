import Foundation
import GRDB
import Testing

@testable import Store

struct StoreOpeningTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    private func daemon(_ synchronous: Synchronous = .normal) throws -> Store {
        try Store.open(path: folder.path(), access: .daemon(synchronous: synchronous))
    }

    private func lastID(_ store: Store) throws -> Int64 {
        try store.read { try ActivityRepository($0).newestID() }
    }

    private func log(_ store: Store, rev: String) throws {
        _ = try store.write { try ActivityRepository($0).log(SampleEvent(rev: rev)) }
    }

    @Test
    func `a new database has its page size, its vacuum and its identity`() throws {
        let store = try daemon()
        try store.read { database throws in
            #expect(try Int.fetchOne(database, sql: "PRAGMA page_size") == 4096)
            #expect(try Int.fetchOne(database, sql: "PRAGMA auto_vacuum") == 2)
            #expect(try Int.fetchOne(database, sql: "PRAGMA application_id") == 0x5753_4F4B)
            #expect(try Int.fetchOne(database, sql: "PRAGMA user_version") == 1)
            #expect(try String.fetchOne(database, sql: "PRAGMA journal_mode") == "wal")
        }
    }

    @Test(arguments: [(Synchronous.normal, 1), (.full, 2)])
    func `the writer has the settings of the design`(synchronous: Synchronous, code: Int) throws {
        let store = try daemon(synchronous)
        let expected = [
            "synchronous": code, "cache_size": -24_000, "wal_autocheckpoint": 57_344, "busy_timeout": 5000,
            "journal_size_limit": 256 * 1024 * 1024, "temp_store": 2, "foreign_keys": 1, "trusted_schema": 0,
            "cell_size_check": 1, "query_only": 0,
        ]
        try store.writeWithoutTransaction { database throws in
            for (pragma, value) in expected {
                #expect(try Int.fetchOne(database, sql: "PRAGMA \(pragma)") == value, "\(pragma)")
            }
            #expect(try Int.fetchOne(database, sql: "PRAGMA mmap_size") ?? 0 == 0)
        }
        try store.read { database throws in
            #expect(try Int.fetchOne(database, sql: "PRAGMA query_only") == 1)
            #expect(try Int.fetchOne(database, sql: "PRAGMA cache_size") == -2000)
        }
    }

    @Test
    func `every table but the log is strict`() throws {
        let loose = try daemon().read { database throws in
            try String.fetchAll(
                database,
                sql: """
                    SELECT name FROM pragma_table_list
                    WHERE schema = 'main' AND strict = 0 AND name NOT LIKE 'sqlite%' AND name NOT LIKE 'grdb%'
                    """
            )
        }
        #expect(loose == ["jetstream_activity"])
    }

    @Test
    func `others may not read the files`() throws {
        let store = try daemon()
        try log(store, rev: "1")
        for suffix in ["", "-wal", "-shm"] {
            let attributes = try FileManager.default.attributesOfItem(atPath: folder.path() + suffix)
            let mode = try #require(attributes[.posixPermissions] as? Int)
            #expect(mode & 0o027 == 0, "\(suffix) \(String(mode, radix: 8))")
        }
    }

    @Test
    func `what was stored is there when the daemon opens the database again`() throws {
        let first = try daemon()
        try log(first, rev: "1")
        #expect(first.fileSizes().walBytes > 0)
        try first.close()
        #expect(first.fileSizes().walBytes == 0)
        // A user who may only read needs both.
        #expect(FileManager.default.fileExists(atPath: folder.path() + "-wal"))
        #expect(FileManager.default.fileExists(atPath: folder.path() + "-shm"))

        let second = try daemon()
        #expect(try lastID(second) == 1)
        #expect(second.path == folder.path())
    }

    @Test
    func `a relative path is one of the current folder`() throws {
        let error = #expect(throws: StoreError.self) { try Store.open(path: "no-such.db", access: .readOnly) }
        let path = FileManager.default.currentDirectoryPath + "/no-such.db"
        #expect(error == .noDatabase(path))
        #expect(error?.description == "no database at \(path)")
    }

    @Test
    func `a failed write leaves nothing behind`() throws {
        struct Failure: Error {}
        let store = try daemon()
        #expect(throws: Failure.self) {
            try store.write { database throws in
                _ = try ActivityRepository(database).log(SampleEvent())
                throw Failure()
            }
        }
        #expect(try lastID(store) == 0)
    }

    @Test
    func `a reader sees the last commit while a write is under way`() throws {
        let store = try daemon()
        try log(store, rev: "1")
        try store.write { database throws in
            #expect(try ActivityRepository(database).log(SampleEvent(rev: "2")) == 2)
            #expect(try lastID(store) == 1)
        }
        #expect(try lastID(store) == 2)
    }

    @Test
    func `the read-only access works beside a writer, without one, and sees what is committed`() throws {
        let writer = try daemon()
        let reader = try Store.open(path: folder.path(), access: .readOnly)
        #expect(try lastID(reader) == 0)
        try log(writer, rev: "1")
        #expect(try lastID(reader) == 1)
        try writer.close()
        #expect(try lastID(reader) == 1)
        try reader.close()

        let alone = try Store.open(path: folder.path(), access: .readOnly)
        #expect(try lastID(alone) == 1)
        try alone.close()
    }

    @Test(arguments: [["", "-wal"], ["", "-wal", "-shm"]])
    func `the read-only access works after an unclean end`(suffixes: [String]) throws {
        let writer = try daemon()
        try writer.checkpoint(.truncate)
        try log(writer, rev: "1")
        let copy = folder.path("copy.db")
        for suffix in suffixes {
            try FileManager.default.copyItem(atPath: folder.path() + suffix, toPath: copy + suffix)
        }
        let reader = try Store.open(path: copy, access: .readOnly)
        #expect(try lastID(reader) == 1)
        try reader.close()

        let successor = try Store.open(path: copy, access: .daemon(synchronous: .normal))
        try log(successor, rev: "2")
        #expect(try lastID(successor) == 2)
    }

    @Test
    func `the read-only access cannot write`() throws {
        try daemon().close()
        let reader = try Store.open(path: folder.path(), access: .readOnly)
        let insert = "INSERT INTO lexicon (id, json, created_at) VALUES ('a', '{}', '')"
        let errors = [
            #expect(throws: DatabaseError.self) { try reader.write { try $0.execute(sql: insert) } },
            #expect(throws: DatabaseError.self) { try reader.writeWithoutTransaction { try $0.execute(sql: insert) } },
            #expect(throws: DatabaseError.self) { try reader.read { try $0.execute(sql: insert) } },
            #expect(throws: DatabaseError.self) {
                try reader.writeWithoutTransaction { database throws in
                    try database.execute(sql: "PRAGMA query_only = OFF")
                    try database.execute(sql: insert)
                }
            },
        ]
        #expect(errors.allSatisfy { $0?.resultCode == .SQLITE_READONLY })
    }

    @Test
    func `the daemon's readers cannot write`() throws {
        let error = #expect(throws: DatabaseError.self) {
            try daemon().read { database throws in
                try BoundStatement(database, "INSERT INTO lexicon (id, json, created_at) VALUES ('a', '{}', '')").run()
            }
        }
        #expect(error?.resultCode == .SQLITE_READONLY)
    }

    @Test
    func `a command that writes does so beside the daemon, which notices it`() throws {
        let writer = try daemon()
        let before = try writer.writeWithoutTransaction { database throws in try Store.dataVersion(database) }
        try log(writer, rev: "1")
        #expect(try writer.writeWithoutTransaction { database throws in try Store.dataVersion(database) } == before)

        let command = try Store.open(path: folder.path(), access: .readWrite)
        try log(command, rev: "2")
        #expect(try writer.writeWithoutTransaction { database throws in try Store.dataVersion(database) } != before)
        #expect(try lastID(writer) == 2)
        let settled = try writer.writeWithoutTransaction { database throws in try Store.dataVersion(database) }
        #expect(try lastID(command) == 2)
        #expect(try writer.writeWithoutTransaction { database throws in try Store.dataVersion(database) } == settled)
        try command.close()
        try log(writer, rev: "3")
        #expect(try lastID(writer) == 3)
    }
}
