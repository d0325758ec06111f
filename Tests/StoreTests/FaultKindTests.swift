import GRDB
import Testing

@testable import Store

struct FaultKindTests {
    static let eventCodes: [ResultCode] = [
        .SQLITE_CONSTRAINT, .SQLITE_CONSTRAINT_NOTNULL, .SQLITE_CONSTRAINT_CHECK, .SQLITE_CONSTRAINT_UNIQUE,
        .SQLITE_CONSTRAINT_FOREIGNKEY, .SQLITE_MISMATCH, .SQLITE_TOOBIG,
    ]

    static let machineCodes: [ResultCode] = [
        .SQLITE_FULL, .SQLITE_IOERR, .SQLITE_IOERR_FSYNC, .SQLITE_IOERR_WRITE, .SQLITE_BUSY, .SQLITE_BUSY_SNAPSHOT,
        .SQLITE_LOCKED, .SQLITE_NOMEM, .SQLITE_READONLY, .SQLITE_CORRUPT, .SQLITE_NOTADB, .SQLITE_CANTOPEN,
        .SQLITE_PROTOCOL, .SQLITE_INTERRUPT, .SQLITE_AUTH, .SQLITE_ABORT, .SQLITE_PERM, .SQLITE_MISUSE,
        .SQLITE_INTERNAL, .SQLITE_NOLFS, .SQLITE_SCHEMA, .SQLITE_ERROR,
    ]

    @Test(arguments: eventCodes.map(\.rawValue))
    func `takes for the event's fault`(code: CInt) {
        #expect(FaultKind(of: DatabaseError(resultCode: ResultCode(rawValue: code))) == .event)
    }

    @Test(arguments: machineCodes.map(\.rawValue))
    func `takes for the machine's fault`(code: CInt) {
        #expect(FaultKind(of: DatabaseError(resultCode: ResultCode(rawValue: code))) == .machine)
    }

    @Test
    func `judges errors that are not SQLite's`() {
        struct Undecodable: Error {}
        #expect(FaultKind(of: Undecodable()) == .machine)
        #expect(FaultKind(of: StoreError.io("no room")) == .machine)
        #expect(FaultKind(of: CancellationError()) == .machine)
    }

    /// What SQLite says of a statement, judged.
    private func errorClass(_ sql: String) throws -> ErrorClass {
        let store = try TemporaryStore()
        let error = #expect(throws: DatabaseError.self) {
            try store.write { database throws in
                try database.execute(sql: "INSERT INTO actor (id, did, indexed_at) VALUES (1, 'a', '')")
                try database.execute(sql: sql)
            }
        }
        return ErrorClass(of: try #require(error))
    }

    @Test(arguments: [
        ("INSERT INTO lexicon (id, json, created_at) VALUES ('a', NULL, '')", ErrorClass.data),
        ("INSERT INTO actor (did, indexed_at, active) VALUES ('b', '', 'text')", .data),
        ("INSERT INTO run (id, process_id, started_at, updated_at, state) VALUES (2, 1, 1, 1, '')", .data),
        ("INSERT INTO actor (did, indexed_at) VALUES ('a', '')", .internal),
        (
            """
            INSERT INTO record (collection, rkey, did, actor, rev, cid, json, indexed_at)
            VALUES ('c', 'r', 'd', 2, '', '', '', '')
            """, .internal
        ),
    ])
    func `tells what an event brought from what is wrong between rows`(sql: String, expected: ErrorClass) throws {
        #expect(try errorClass(sql) == expected)
    }

    @Test
    func `a value that is too long came with the event, and what is not SQLite's did not`() {
        #expect(ErrorClass(of: DatabaseError(resultCode: .SQLITE_TOOBIG)) == .data)
        #expect(ErrorClass(of: DatabaseError(resultCode: .SQLITE_CONSTRAINT_TRIGGER)) == .internal)
        #expect(ErrorClass(of: CancellationError()) == .internal)
    }

    @Test
    func `takes a constraint for the event's fault, and a missing table for the machine's`() throws {
        let store = try TemporaryStore()
        let constraint = #expect(throws: DatabaseError.self) {
            try store.write { try $0.execute(sql: "INSERT INTO lexicon (id, json, created_at) VALUES ('a', NULL, '')") }
        }
        let missing = #expect(throws: DatabaseError.self) {
            try store.write { try $0.execute(sql: "DELETE FROM elsewhere") }
        }
        #expect(FaultKind(of: try #require(constraint)) == .event)
        #expect(FaultKind(of: try #require(missing)) == .machine)
    }

    @Test
    func `invariant 4: a full database is the machine's fault, and rolls the whole transaction back`() throws {
        let store = try TemporaryStore()
        try store.store.writeWithoutTransaction { database throws in
            let pages = try Int.fetchOne(database, sql: "PRAGMA page_count") ?? 0
            try database.execute(sql: "PRAGMA max_page_count = \(pages + 2)")
        }
        var event = SampleEvent()
        event.payload = Array(repeating: UInt8(ascii: " "), count: 100_000)
        let full = #expect(throws: DatabaseError.self) {
            try store.write { database throws in
                let activity = ActivityRepository(database)
                _ = try activity.log(SampleEvent(rev: "1"))
                _ = try activity.log(event)
            }
        }
        #expect(full?.resultCode == .SQLITE_FULL)
        #expect(FaultKind(of: try #require(full)) == .machine)
        #expect(try store.read { try ActivityRepository($0).newestID() } == 0)

        try store.store.writeWithoutTransaction { try $0.execute(sql: "PRAGMA max_page_count = 1000000") }
        #expect(try store.write { try ActivityRepository($0).log(event) } == 1)
    }
}
