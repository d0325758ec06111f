import GRDB
import Testing
import Texts

@testable import Store

struct ActorRepositoryTests {
    private let store: TemporaryStore

    init() throws {
        store = try TemporaryStore()
    }

    @Test
    func `a new actor is active, and nothing else is known of it`() throws {
        try store.write { database throws in
            let actors = ActorRepository(database)
            #expect(try actors.find("did:plc:a") == nil)
            #expect(try actors.find("did:plc:a") == nil)
            let id = try actors.insert("did:plc:a", indexedAt: "2026")
            #expect(try actors.find("did:plc:a")?.id == id)
            let actor = try #require(try actors.find("did:plc:a"))
            #expect(actor.id == id && actor.did == "did:plc:a" && actor.indexedAt == "2026")
            #expect(actor.isActive && actor.status == nil && actor.handle == nil)
            #expect(actor.identityTimeMicroseconds == nil && actor.identitySeq == nil)
            #expect(actor.accountTimeMicroseconds == nil && actor.accountSeq == nil)
            #expect(actor.deletedRev == "" && !actor.isPurgePending)
            #expect(try actors.insert("did:plc:b", indexedAt: "2026", deletedRev: "3a") != id)
            #expect(try actors.find("did:plc:b")?.deletedRev == "3a")
        }
        #expect(throws: DatabaseError.self) {
            try store.write { try ActorRepository($0).insert("did:plc:a", indexedAt: "2027") }
        }
    }

    @Test
    func `keeps what identity and account events tell, with their times`() throws {
        try store.write { database throws in
            let actors = ActorRepository(database)
            let id = try actors.insert("did:plc:a", indexedAt: "2026")
            try actors.updateIdentity(id, handle: "a.example", timeMicroseconds: 10, seq: 1)
            try actors.updateAccount(id, active: false, status: "suspended", timeMicroseconds: 20, seq: 2)
            var actor = try #require(try actors.find("did:plc:a"))
            #expect(actor.handle == "a.example" && actor.identityTimeMicroseconds == 10 && actor.identitySeq == 1)
            #expect(!actor.isActive && actor.status == "suspended")
            #expect(actor.accountTimeMicroseconds == 20 && actor.accountSeq == 2)

            try actors.updateIdentity(id, handle: nil, timeMicroseconds: 30, seq: 3)
            try actors.updateAccount(id, active: true, status: nil, timeMicroseconds: 40, seq: 4)
            actor = try #require(try actors.find("did:plc:a"))
            #expect(actor.handle == "a.example" && actor.identityTimeMicroseconds == 30)
            #expect(actor.isActive && actor.status == nil && actor.accountSeq == 4)
        }
    }

    @Test
    func `a deletion asks for a purge until it is done, and the later one counts`() throws {
        try store.write { database throws in
            let actors = ActorRepository(database)
            let ids = try ["a", "b", "c"].map { try actors.insert($0, indexedAt: "") }
            #expect(try actors.pendingPurges(limit: 10).isEmpty)
            try actors.markDeleted(ids[2], deletedRev: "3b")
            try actors.markDeleted(ids[0], deletedRev: "3b")
            try actors.markDeleted(ids[0], deletedRev: "3a")
            let pending = try actors.pendingPurges(limit: 10)
            #expect(pending.map(\.did) == ["a", "c"])
            #expect(pending.map(\.deletedRev) == ["3b", "3b"])
            #expect(try actors.pendingPurges(limit: 1).map(\.did) == ["a"])
            try actors.purgeDone(ids[0])
            try actors.markDeleted(ids[0], deletedRev: "3b")
            #expect(try actors.pendingPurges(limit: 10).map(\.did) == ["c"])
            try actors.markDeleted(ids[0], deletedRev: "3c")
            #expect(try actors.pendingPurges(limit: 10).map(\.deletedRev) == ["3c", "3b"])
        }
    }

    @Test
    func `keeps texts with U+0000 whole`() throws {
        try store.write { database throws in
            let actors = ActorRepository(database)
            let id = try actors.insert("did\u{0}a", indexedAt: "2026")
            try actors.updateIdentity(id, handle: "a\u{0}.example", timeMicroseconds: 1, seq: 1)
            try actors.updateAccount(id, active: true, status: "sus\u{0}pended", timeMicroseconds: 1, seq: 1)
            try actors.markDeleted(id, deletedRev: "3\u{0}a")
            let actor = try #require(try actors.find("did\u{0}a"))
            #expect(actor.did == "did\u{0}a" && actor.handle == "a\u{0}.example")
            #expect(actor.status == "sus\u{0}pended" && actor.deletedRev == "3\u{0}a")
            #expect(try actors.find("did\u{0}b") == nil)
        }
    }
}
