import Foundation
import GRDB
import TestSupport
import Testing

@testable import Store

struct CheckpointerTests {
    private let folder: TemporaryFolder
    private let writer: DatabaseQueue
    private let checkpointer: Checkpointer
    private static let limits = Checkpointer.Limits(startBytes: 400_000, limitBytes: 1_600_000, restBytes: 40_000)

    init() throws {
        folder = try TemporaryFolder()
        let path = folder.path("windsock.db")
        // A writer that makes no checkpoint of its own.
        writer = try DatabaseQueue(path: path)
        try writer.writeWithoutTransaction { database in
            try database.execute(
                sql: "PRAGMA page_size = 4096; PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0"
            )
            try database.execute(sql: "CREATE TABLE t (id INTEGER PRIMARY KEY, x BLOB NOT NULL)")
        }
        checkpointer = try Checkpointer(
            path: path,
            configuration: Configuration(),
            limits: Self.limits,
            damage: StoreDamage(path: path)
        )
    }

    private func write(rows: Int) throws {
        for _ in 0..<rows {
            try writer.writeWithoutTransaction { database in
                try database.execute(sql: "INSERT INTO t (x) VALUES (randomblob(20000))")
                checkpointer.noteCommit(database)
            }
        }
    }

    /// How often the log was begun anew (https://www.sqlite.org/fileformat.html#walformat, bytes 12 to 15).
    private func beginnings() throws -> UInt32 {
        let file = try FileHandle(forReadingFrom: URL(fileURLWithPath: folder.path("windsock.db-wal")))
        defer { try? file.close() }
        let header = [UInt8](try file.read(upToCount: 32) ?? Data())
        return header[12..<16].reduce(0) { $0 << 8 | UInt32($1) }
    }

    private var walBytes: Int64 { StoreFile.size(of: folder.path("windsock.db-wal")) }

    @Test
    func `the log is begun anew while the writer goes on, and never grows beyond its limit`() throws {
        let before = try beginnings()
        for _ in 0..<10 {
            try write(rows: 100)
            // One commit and what is copied meanwhile may come on top.
            #expect(walBytes < Int64(Self.limits.limitBytes) + 100_000)
        }
        try checkpointer.close()
        let after = try beginnings()
        #expect(after >= before + 10)
        #expect(checkpointer.failure == nil)
        try writer.read { database throws in
            #expect(try Int.fetchOne(database, sql: "SELECT count(*) FROM t") == 1000)
            #expect(try String.fetchOne(database, sql: "PRAGMA integrity_check") == "ok")
        }
    }

    @Test
    func `a reader that stays lets the log grow, which is begun anew when the reader has gone`() throws {
        var configuration = Configuration()
        configuration.allowsUnsafeTransactions = true
        let reader = try DatabaseQueue(path: folder.path("windsock.db"), configuration: configuration)
        try reader.inDatabase { try $0.execute(sql: "BEGIN; SELECT count(*) FROM t") }
        let before = try beginnings()
        try write(rows: 200)
        let meanwhile = try beginnings()
        #expect(meanwhile == before)
        #expect(walBytes > 4_000_000)
        #expect(checkpointer.failure == nil)
        let pin = try #require(checkpointer.pin)
        #expect(pin.isOverLimit)
        #expect(pin.logBytes > Int64(Self.limits.limitBytes))
        let isWhole = try checkpointer.copyNow()
        #expect(!isWhole)
        #expect(checkpointer.pin?.since == pin.since)
        try reader.inDatabase { try $0.execute(sql: "COMMIT") }
        let isWholeNow = try checkpointer.copyNow()
        #expect(isWholeNow)
        #expect(checkpointer.pin == nil)
        try write(rows: 200)
        let after = try beginnings()
        #expect(after > before)
        try checkpointer.close()
    }

    @Test
    func `what is asked for now is copied, though the log is short`() throws {
        try write(rows: 1)
        let before = StoreFile.size(of: folder.path("windsock.db"))
        #expect(try checkpointer.copyNow())
        #expect(StoreFile.size(of: folder.path("windsock.db")) > before)
        try checkpointer.close()
    }

    @Test(arguments: [Duration.zero, .seconds(60)])
    func `a close empties the log if there is time, and loses nothing if there is not`(time: Duration) throws {
        let path = folder.path("daemon.db")
        let store = try Store.open(path: path, access: .daemon(synchronous: .normal))
        try store.write { database in
            for rev in 0..<2000 { _ = try ActivityRepository(database).log(SampleEvent(rev: String(rev))) }
        }
        let long = store.fileSizes().walBytes
        #expect(long > 500_000)
        try store.close(emptyingLogWithin: time)
        let left = StoreFile.size(of: path + "-wal")
        // What is over before it begins may be finished all the same.
        #expect(time == .zero ? left == 0 || left >= long : left == 0)
        let again = try Store.open(path: path, access: .readOnly)
        #expect(try again.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM jetstream_activity") } == 2000)
        try again.close()
    }
}
