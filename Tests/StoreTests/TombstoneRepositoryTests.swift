import TestSupport
import Testing
import Texts

@testable import Store

struct TombstoneRepositoryTests {
    private let store: TemporaryStore
    private let key = SampleRecord().key

    init() throws {
        store = try TemporaryStore()
    }

    @Test
    func `keeps the newer of two deletions, whatever their order`() throws {
        try store.write { database throws in
            let tombstones = TombstoneRepository(database)
            #expect(try tombstones.revision(of: key) == nil)
            try tombstones.bury(key, rev: "3b", receivedAtMicroseconds: 2)
            try tombstones.bury(key, rev: "3a", receivedAtMicroseconds: 3)
            #expect(try tombstones.revision(of: key) == "3b")
            // The older deletion did not renew the time either.
            #expect(try tombstones.deleteExpired(receivedBefore: 3, limit: 10) == 1)
            try tombstones.bury(key, rev: "3a", receivedAtMicroseconds: 2)
            try tombstones.bury(key, rev: "3b", receivedAtMicroseconds: 3)
            #expect(try tombstones.revision(of: key) == "3b")
            #expect(try tombstones.deleteExpired(receivedBefore: 3, limit: 10) == 0)
        }
    }

    @Test
    func `is forgotten when a newer revision is written`() throws {
        try store.write { database throws in
            let tombstones = TombstoneRepository(database)
            try tombstones.bury(key, rev: "3a", receivedAtMicroseconds: 1)
            try tombstones.remove(key)
            #expect(try tombstones.revision(of: key) == nil)
            try tombstones.remove(key)
        }
    }

    @Test
    func `expires by the time of receipt, oldest first, in chunks`() throws {
        try store.write { database throws in
            let tombstones = TombstoneRepository(database)
            let keys = (0..<10).map { RecordKey(collection: "c", rkey: ByteText(String($0)), did: "d") }
            for (index, key) in keys.enumerated() {
                try tombstones.bury(key, rev: "3a", receivedAtMicroseconds: Int64(100 - index))
            }
            #expect(try tombstones.deleteExpired(receivedBefore: 97, limit: 4) == 4)
            #expect(
                try keys.map { try tombstones.revision(of: $0) != nil }.suffix(6) == [true, true]
                    + Array(repeating: false, count: 4)
            )
            #expect(try tombstones.deleteExpired(receivedBefore: 97, limit: 4) == 2)
            #expect(try keys.filter { try tombstones.revision(of: $0) != nil } == Array(keys.prefix(4)))
        }
    }

    @Test
    func `keeps texts with U+0000 whole`() throws {
        try store.write { database throws in
            let tombstones = TombstoneRepository(database)
            let key = RecordKey(collection: "c\u{0}1", rkey: "k\u{0}1", did: "d\u{0}1")
            try tombstones.bury(key, rev: "3\u{0}a", receivedAtMicroseconds: 1)
            #expect(try tombstones.revision(of: key) == "3\u{0}a")
            #expect(
                try tombstones.revision(of: RecordKey(collection: "c\u{0}1", rkey: "k\u{0}2", did: "d\u{0}1")) == nil
            )

            let accounts = AccountTombstoneRepository(database)
            try accounts.put("did\u{0}a", rev: "3\u{0}a", accountTimeMicroseconds: 1, receivedAtMicroseconds: 1)
            #expect(try accounts.floor("did\u{0}a") == "3\u{0}a")
            #expect(try accounts.floor("did\u{0}b") == nil)
        }
    }

    @Test
    func `an account's deletion keeps the newer of two, and expires`() throws {
        try store.write { database throws in
            let accounts = AccountTombstoneRepository(database)
            #expect(try accounts.floor("did:plc:a") == nil)
            try accounts.put("did:plc:a", rev: "3b", accountTimeMicroseconds: 20, receivedAtMicroseconds: 2)
            try accounts.put("did:plc:a", rev: "3a", accountTimeMicroseconds: 10, receivedAtMicroseconds: 9)
            #expect(try accounts.floor("did:plc:a") == "3b")
            try accounts.put("did:plc:b", rev: "3a", accountTimeMicroseconds: 10, receivedAtMicroseconds: 1)
            try accounts.put("did:plc:b", rev: "3c", accountTimeMicroseconds: 30, receivedAtMicroseconds: 5)
            #expect(try accounts.floor("did:plc:b") == "3c")
            try accounts.put("did:plc:c", rev: "3a", accountTimeMicroseconds: 10, receivedAtMicroseconds: 3)
            #expect(try accounts.deleteExpired(receivedBefore: 5, limit: 1) == 1)
            #expect(try accounts.floor("did:plc:a") == nil)
            #expect(try accounts.deleteExpired(receivedBefore: 5, limit: 10) == 1)
            #expect(try accounts.floor("did:plc:b") == "3c")
            #expect(try accounts.floor("did:plc:c") == nil)
        }
    }
}
