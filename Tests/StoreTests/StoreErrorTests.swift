import Foundation
import GRDB
import Testing

@testable import Store

struct StoreErrorTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    private static let existingOnly: [Store.Access] = [.readOnly, .readWrite]
    private static let all: [Store.Access] = existingOnly + [.daemon(synchronous: .normal)]

    private func error(_ path: String, _ access: Store.Access) -> StoreError? {
        #expect(throws: StoreError.self) { try Store.open(path: path, access: access) }
    }

    @Test
    func `only the daemon creates a database`() {
        for access in Self.existingOnly {
            #expect(error(folder.path(), access) == .noDatabase(folder.path()))
            #expect(error(folder.path("no/such/folder.db"), access) == .noDatabase(folder.path("no/such/folder.db")))
        }
        #expect(!FileManager.default.fileExists(atPath: folder.path()))
        let created = error(folder.path("no/such/folder.db"), .daemon(synchronous: .normal))
        #expect(
            created?.description
                == "the database at \(folder.path("no/such/folder.db")) cannot be created: No such file or directory"
        )
    }

    @Test
    func `another program's database is refused and left as it is`() throws {
        let path = folder.path()
        let queue = try DatabaseQueue(path: path)
        try queue.write { try $0.execute(sql: "CREATE TABLE theirs (a)") }
        try queue.close()
        let before = try Data(contentsOf: URL(fileURLWithPath: path))
        for access in Self.all {
            #expect(error(path, access) == .notWindsock(path))
        }
        #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == before)
    }

    @Test
    func `a file that is no database is refused and left as it is`() throws {
        let path = folder.path()
        let text = Data(String(repeating: "These are the notes of somebody. ", count: 100).utf8)
        try text.write(to: URL(fileURLWithPath: path))
        for access in Self.all {
            #expect(error(path, access) == .notWindsock(path))
            #expect(error(folder.url.path, access) == .notWindsock(folder.url.path))
        }
        #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == text)
    }

    @Test
    func `an empty file becomes a database for the daemon only`() throws {
        let path = folder.path()
        try Data().write(to: URL(fileURLWithPath: path))
        for access in Self.existingOnly {
            #expect(error(path, access) == .notWindsock(path))
        }
        let store = try Store.open(path: path, access: .daemon(synchronous: .normal))
        #expect(try store.read { try Int.fetchOne($0, sql: "PRAGMA page_size") } == 4096)
    }

    @Test
    func `a later version's database is refused`() throws {
        let path = folder.path()
        let store = try Store.open(path: path, access: .daemon(synchronous: .normal))
        try store.write { try $0.execute(sql: "PRAGMA user_version = 2") }
        try store.close()
        for access in Self.all {
            #expect(error(path, access) == .newerSchema(path, found: 2, known: 1))
        }
    }

    @Test
    func `a database with a migration that is not known is one of a later version`() throws {
        let path = folder.path()
        let store = try Store.open(path: path, access: .daemon(synchronous: .normal))
        try store.write { try $0.execute(sql: "INSERT INTO grdb_migrations (identifier) VALUES ('v2')") }
        try store.close()
        let before = try Data(contentsOf: URL(fileURLWithPath: path))
        for access in Self.all {
            #expect(error(path, access) == .newerSchema(path, found: 2, known: 1))
        }
        #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == before)
    }

    /// To open and close it would be enough for SQLite to move the log into the file.
    @Test(arguments: [0, 77])
    func `another program's database is left as it is with what its write-ahead log holds`(applicationID: Int) throws {
        let theirs = folder.path("theirs.db")
        let queue = try DatabaseQueue(path: theirs)
        try queue.writeWithoutTransaction { db in
            try db.execute(
                sql: "PRAGMA application_id = \(applicationID); PRAGMA journal_mode = WAL; CREATE TABLE theirs (a)"
            )
        }
        let path = folder.path()
        for suffix in ["", "-wal"] {
            try FileManager.default.copyItem(atPath: theirs + suffix, toPath: path + suffix)
        }
        try queue.close()
        let before = try ["", "-wal"].map { try Data(contentsOf: URL(fileURLWithPath: path + $0)) }
        #expect(before[1].count > 4096)
        for access in Self.all {
            #expect(error(path, access) == .notWindsock(path))
            #expect(try ["", "-wal"].map { try Data(contentsOf: URL(fileURLWithPath: path + $0)) } == before)
        }
    }

    @Test
    func `what is no write-ahead log is not written over`() throws {
        let path = folder.path()
        try Store.open(path: path, access: .daemon(synchronous: .normal)).close()
        let text = Data("These are the notes of somebody.".utf8)
        try text.write(to: URL(fileURLWithPath: path + "-wal"))
        let words = "\(path)-wal is not a write-ahead log of SQLite; it was left as it is: move it to another place"
        for access in Self.all {
            #expect(error(path, access) == .io(words))
        }
        #expect(try Data(contentsOf: URL(fileURLWithPath: path + "-wal")) == text)
        // What the file system leaves when the power goes before the first bytes are written.
        try Data(count: 8192).write(to: URL(fileURLWithPath: path + "-wal"))
        try Store.open(path: path, access: .daemon(synchronous: .normal)).close()
    }

    @Test(.disabled(if: geteuid() == 0, "root may read and write every file"))
    func `a file that may not be read or written names its owner`() throws {
        let path = folder.path()
        try Store.open(path: path, access: .daemon(synchronous: .normal)).close()
        let files = FileManager.default
        let owner = try #require(try files.attributesOfItem(atPath: path)[.ownerAccountName] as? String)
        try files.setAttributes([.posixPermissions: 0o400], ofItemAtPath: path)
        #expect(error(path, .readWrite) == .notWritable(path, owner: owner))
        try files.setAttributes([.posixPermissions: 0], ofItemAtPath: path)
        #expect(error(path, .readOnly) == .notReadable(path, owner: owner))
    }

    @Test(.disabled(if: geteuid() == 0, "root may write into every folder"))
    func `a database in a folder that may not be written into can be read, as long as its log files are there`() throws
    {
        let path = folder.path()
        let files = FileManager.default
        try Store.open(path: path, access: .daemon(synchronous: .normal)).close()
        try files.setAttributes([.posixPermissions: 0o555], ofItemAtPath: folder.url.path)
        defer { try? files.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder.url.path) }
        try Store.open(path: path, access: .readOnly).close()

        try files.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder.url.path)
        try files.removeItem(atPath: path + "-wal")
        try files.removeItem(atPath: path + "-shm")
        try files.setAttributes([.posixPermissions: 0o555], ofItemAtPath: folder.url.path)
        let owner = try #require(try files.attributesOfItem(atPath: path)[.ownerAccountName] as? String)
        #expect(error(path, .readOnly) == .notReadable(path, owner: owner))
    }

    @Test
    func `the words say what is wrong, where, and what to do`() {
        #expect(StoreError.noDatabase("/a.db").description == "no database at /a.db")
        let notReadable = StoreError.notReadable("/a.db", owner: "windsock").description
        #expect(
            notReadable
                == "the database at /a.db may not be read by this user; it belongs to windsock: try sudo -u windsock"
        )
        #expect(StoreError.notWritable("/a.db", owner: "windsock").description.contains("sudo -u windsock"))
        #expect(StoreError.notWindsock("/a.db").description.contains("/a.db is not a Windsock database"))
        let newer = StoreError.newerSchema("/a.db", found: 3, known: 1).description
        #expect(newer.contains("schema 3") && newer.contains("up to 1"))
        #expect(StoreError.noActivity(7).description == "the log has no entry 7")
    }

    @Test
    func `what SQLite says at opening is told with the path`() throws {
        let file = StoreFile(path: "/a.db")
        let locked = DatabaseError(resultCode: .SQLITE_BUSY, message: "database is locked")
        let busy = file.explain(locked, opening: .readOnly)
        #expect(
            busy as? StoreError
                == .io("the database at /a.db is held by another process: database is locked (SQLite 5)")
        )
        let unread = DatabaseError(resultCode: .SQLITE_IOERR_READ, message: "disk I/O error")
        let other = file.explain(unread, opening: .readOnly)
        #expect(other as? StoreError == .io("the database at /a.db cannot be opened: disk I/O error (SQLite 266)"))
        let noLog = file.explain(DatabaseError(resultCode: .SQLITE_CANTOPEN), opening: .readOnly)
        let owner = try #require(try FileManager.default.attributesOfItem(atPath: "/")[.ownerAccountName] as? String)
        #expect(noLog as? StoreError == .notReadable("/a.db", owner: owner))
        let passed = file.explain(StoreError.noDatabase("/a.db"), opening: .readOnly)
        #expect(passed as? StoreError == .noDatabase("/a.db"))
    }
}
