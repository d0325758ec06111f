import GRDB
import Testing

@testable import Store

@Suite
struct ActivityRepositoryTests {
    private let store: TemporaryStore

    init() throws {
        store = try TemporaryStore()
    }

    @Test
    func `logs an event as processing, with everything that it was given`() throws {
        let event = SampleEvent(rev: "3k1")
        let entry = try store.write { database in
            let activity = ActivityRepository(database)
            let id = try #require(try activity.log(event))
            return try #require(try activity.entry(id))
        }
        #expect(entry.id == 1)
        #expect(entry.status == .processing)
        #expect(entry.errorMessage == nil)
        #expect(entry.timestamp == event.timestamp)
        #expect(entry.operation == event.operation)
        #expect(entry.collection == event.collection)
        #expect(entry.did == event.did)
        #expect(entry.rkey == event.rkey)
        #expect(entry.rev == event.rev)
        #expect(entry.cid == event.cid)
        #expect(entry.payload == event.payload)
        #expect(entry.receivedAtMicroseconds == event.receivedAtMicroseconds)
        #expect(entry.attempts == 0)
    }
}
