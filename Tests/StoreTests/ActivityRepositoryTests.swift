import GRDB
import Testing

@testable import Store

struct ActivityRepositoryTests {
    private let store: TemporaryStore

    init() throws {
        store = try TemporaryStore()
    }

    private func log(_ event: SampleEvent) throws -> ActivityEntry {
        try store.write { database throws in
            let activity = ActivityRepository(database)
            let id = try #require(try activity.log(event))
            return try #require(try activity.entry(id))
        }
    }

    private func entry(_ id: Int64) throws -> ActivityEntry {
        try #require(try store.read { try ActivityRepository($0).entry(id) })
    }

    private func expect(_ entry: ActivityEntry, equals event: SampleEvent) {
        #expect(entry.timestamp == event.timestamp)
        #expect(entry.operation == event.operation)
        #expect(entry.collection == event.collection)
        #expect(entry.did == event.did)
        #expect(entry.rkey == event.rkey)
        #expect(entry.rev == event.rev)
        #expect(entry.cid == event.cid)
        #expect(entry.payload == event.payload)
        #expect(entry.receivedAtMicroseconds == event.receivedAtMicroseconds)
    }

    @Test
    func `logs an event as processing, with everything that it was given`() throws {
        let event = SampleEvent()
        let entry = try log(event)
        expect(entry, equals: event)
        #expect(entry.id == 1)
        #expect(entry.status == .processing)
        #expect(entry.errorMessage == nil)
        #expect(entry.attempts == 0)
    }

    @Test
    func `keeps texts with U+0000 whole, and tells apart what differs only behind it`() throws {
        var event = SampleEvent()
        event.operation = "cre\u{0}ate"
        event.collection = "app.\u{0}bsky"
        event.did = "did:\u{0}plc"
        event.rkey = "\u{0}key"
        event.rev = "rev\u{0}"
        event.cid = "baf\u{0}y"
        event.payload = Array("{\"text\":\"\u{0}\"}".utf8)
        expect(try log(event), equals: event)
        event.rkey = "\u{0}kez"
        expect(try log(event), equals: event)

        try store.write { try ActivityRepository($0).updateStatus(1, .error, message: "field \u{0} is bad") }
        #expect(try entry(1).errorMessage == "field \u{0} is bad")
        let filter = ActivityFilter(
            sinceTimestamp: "",
            status: .error,
            operation: event.operation,
            collection: event.collection,
            did: event.did
        )
        #expect(try store.read { try ActivityRepository($0).recent(filter, limit: 10).entries.map(\.id) } == [1])
        var other = filter
        other.did = "did:\u{0}plb"
        #expect(try store.read { try ActivityRepository($0).recent(other, limit: 10).entries.isEmpty })
    }

    @Test
    func `keeps a message that is not UTF-8 as it came`() throws {
        var event = SampleEvent()
        event.payload = [0x7B, 0xFF, 0x00, 0xFE, 0x7D]
        event.payloadIsText = false
        expect(try log(event), equals: event)
        #expect(
            try store.read { try String.fetchOne($0, sql: "SELECT typeof(event_json) FROM jetstream_activity") }
                == "blob"
        )
    }

    @Test
    func `invariant 2: an event whose key is in the log is not logged again`() throws {
        let event = SampleEvent()
        var again = event
        again.payload = Array("{}".utf8)
        again.receivedAtMicroseconds += 1
        again.timeMicroseconds += 1
        again.cid = "other"
        _ = try log(event)
        #expect(try store.write { try ActivityRepository($0).log(again) } == nil)
        expect(try entry(1), equals: event)

        let others: [(inout SampleEvent) -> Void] = [
            { $0.rev += "x" }, { $0.did += "x" }, { $0.collection += "x" }, { $0.rkey += "x" }, { $0.operation += "x" },
        ]
        for change in others {
            var other = event
            change(&other)
            #expect(try store.write { try ActivityRepository($0).log(other) } != nil)
        }
        #expect(try store.read { try CountedLog.rowsByStatus($0) } == [.processing: 6])
    }

    @Test
    func `an id never comes again, also after everything was deleted`() throws {
        _ = try log(SampleEvent(rev: "1"))
        try store.write { database throws in
            let activity = ActivityRepository(database)
            try activity.updateStatus(1, .success, message: nil)
            #expect(try activity.deleteOldest(.everything(), limit: 10).deletedRows == 1)
            #expect(try activity.newestID() == 0)
        }
        #expect(try log(SampleEvent(rev: "1")).id == 2)
    }

    @Test
    func `finishes a range at once, and only what is processing in it`() throws {
        for rev in 1...6 {
            _ = try log(SampleEvent(rev: String(rev)))
        }
        try store.write { database throws in
            let activity = ActivityRepository(database)
            try activity.updateStatus(3, .success, message: "Skipped: duplicate CID")
            try activity.updateStatus(4, .error, message: "bad")
            try activity.finish(2...5, emptyingPayload: false)
        }
        let entries = try (1...6).map { try entry($0) }
        #expect(entries.map(\.status) == [.processing, .success, .success, .error, .success, .processing])
        #expect(entries.map(\.errorMessage) == [nil, nil, "Skipped: duplicate CID", "bad", nil, nil])
        #expect(entries.allSatisfy { !$0.payload.isEmpty })
    }

    @Test
    func `finishing can empty the payloads of what succeeded`() throws {
        for rev in 1...3 {
            _ = try log(SampleEvent(rev: String(rev)))
        }
        try store.write { database throws in
            let activity = ActivityRepository(database)
            try activity.updateStatus(2, .error, message: "bad")
            try activity.finish(1...2, emptyingPayload: true)
            try activity.updateStatus(3, .success, message: "Skipped", emptyingPayload: true)
        }
        #expect(try (1...3).map { try entry($0).payload.isEmpty } == [true, false, true])
        #expect(try entry(3).errorMessage == "Skipped")
    }

    @Test
    func `setting a status says whether the event is there, and can clear the message`() throws {
        _ = try log(SampleEvent())
        try store.write { database throws in
            let activity = ActivityRepository(database)
            #expect(try activity.updateStatus(1, .error, message: "bad"))
            #expect(try activity.updateStatus(1, .success, message: nil))
            #expect(try !activity.updateStatus(2, .error, message: "bad"))
            #expect(try activity.entry(2) == nil)
        }
        #expect(try entry(1).status == .success)
        #expect(try entry(1).errorMessage == nil)
    }

    @Test
    func `every status can be stored, and no other`() throws {
        _ = try log(SampleEvent())
        for status in ActivityStatus.allCases {
            try store.write { try ActivityRepository($0).updateStatus(1, status, message: nil) }
            #expect(try entry(1).status == status)
        }
        #expect(throws: DatabaseError.self) {
            try store.write { try $0.execute(sql: "UPDATE jetstream_activity SET status = 'done'") }
        }
    }

    @Test
    func `counts attempts`() throws {
        _ = try log(SampleEvent())
        try store.write { database throws in
            let activity = ActivityRepository(database)
            #expect(try activity.beginAttempt(1) == 1)
            #expect(try activity.beginAttempt(1) == 2)
            #expect(throws: StoreError.noActivity(2)) { try activity.beginAttempt(2) }
        }
        #expect(try entry(1).attempts == 2)
    }

    @Test
    func `lists what is processing by id, for recovery`() throws {
        for rev in 1...6 {
            var event = SampleEvent(rev: String(rev))
            event.timeMicroseconds -= Int64(rev) * 1_000_000
            _ = try log(event)
        }
        try store.write { database throws in
            let activity = ActivityRepository(database)
            try activity.updateStatus(2, .success, message: nil)
            try activity.updateStatus(4, .error, message: nil)
            #expect(try activity.processing(after: 0, limit: 10).map(\.id) == [1, 3, 5, 6])
            #expect(try activity.processing(after: 1, limit: 2).map(\.id) == [3, 5])
            #expect(try activity.processing(after: 6, limit: 2).isEmpty)
        }
    }

    @Test
    func `the oldest open time is that of processing and error`() throws {
        #expect(try store.read { try ActivityRepository($0).oldestOpenTimestamp() } == nil)
        var event = SampleEvent()
        let statuses: [ActivityStatus] = [.success, .validationError, .error, .processing, .error]
        for (index, status) in statuses.enumerated() {
            event.rev = String(index)
            event.timeMicroseconds += 1_000_000
            let id = try log(event).id
            try store.write { try ActivityRepository($0).updateStatus(id, status, message: nil) }
        }
        #expect(try store.read { try ActivityRepository($0).oldestOpenTimestamp() } == entry(3).timestamp)
        try store.write { try ActivityRepository($0).updateStatus(3, .success, message: nil) }
        #expect(try store.read { try ActivityRepository($0).oldestOpenTimestamp() } == entry(4).timestamp)
    }
}
