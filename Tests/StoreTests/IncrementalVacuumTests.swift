import Testing

@testable import Store

struct IncrementalVacuumTests {
    private let store: TemporaryStore

    init() throws {
        store = try TemporaryStore()
        try store.write { database throws in
            let activity = ActivityRepository(database)
            var event = SampleEvent()
            event.payload = Array(repeating: 0x20, count: 10_000)
            for rev in 0..<500 {
                event.rev = String(rev)
                _ = try activity.log(event)
            }
            try activity.finish(1...500, emptyingPayload: false)
        }
        try store.store.checkpoint(.truncate)
    }

    @Test
    func `the file shrinks after a deletion`() throws {
        let before = store.store.fileSizes().databaseBytes
        #expect(before > 5_000_000)
        try store.write { try ActivityRepository($0).deleteOldest(.everything(), limit: 1000) }
        let free = try store.read { try IncrementalVacuum.freePages($0) }
        #expect(free > 300)
        #expect(try store.write { try IncrementalVacuum.step($0, pages: 2000) } == 0)
        #expect(try store.store.checkpoint(.truncate))
        let after = store.store.fileSizes()
        #expect(after.databaseBytes < before / 10)
        #expect(after.walBytes == 0)
    }

    @Test
    func `a step frees as many pages as it was asked for, and no more`() throws {
        try store.write { try ActivityRepository($0).deleteOldest(.everything(), limit: 1000) }
        let free = try store.read { try IncrementalVacuum.freePages($0) }
        #expect(try store.write { try IncrementalVacuum.step($0, pages: 100) } == free - 100)
        #expect(try store.write { try IncrementalVacuum.step($0, pages: 1) } == free - 101)
        #expect(try store.write { try IncrementalVacuum.step($0, pages: 0) } == free - 102)
    }
}
