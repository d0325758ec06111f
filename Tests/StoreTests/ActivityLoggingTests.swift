import GRDB
import Testing

@testable import Store

/// Logging of many events at once.
struct ActivityLoggingTests {
    private let store: TemporaryStore

    init() throws {
        store = try TemporaryStore()
    }

    private func events(_ revs: Range<Int>) -> [SampleEvent] {
        revs.map { SampleEvent(rev: "rev\($0)") }
    }

    private func log(_ events: [SampleEvent]) throws -> [Int64?] {
        try store.write { try ActivityRepository($0).log(events) }
    }

    private func revs() throws -> [String] {
        try store.read { try String.fetchAll($0, sql: "SELECT rev FROM jetstream_activity ORDER BY id") }
    }

    @Test(arguments: [0, 1, 19, 20, 21, 40, 57])
    func `logs as many as there are, in their order`(count: Int) throws {
        #expect(try log(events(0..<count)) == (0..<count).map { Int64($0 + 1) })
        #expect(try revs() == (0..<count).map { "rev\($0)" })
        #expect(try store.read { try CountedLog.rowsByStatus($0)[.processing] ?? 0 } == count)
    }

    /// Each place of a statement of 20 rows, and of those that are logged one by one behind it.
    @Test(arguments: [0, 1, 10, 18, 19, 20, 24])
    func `invariant 2: leaves out what is in the log, wherever it stands`(place: Int) throws {
        _ = try log(events(100..<101))
        var batch = events(0..<25)
        batch[place] = SampleEvent(rev: "rev100")
        let ids = try log(batch)
        #expect(ids[place] == nil)
        #expect(ids.count { $0 != nil } == 24)
        let stored = ids.compactMap { $0 }
        #expect(stored == stored.sorted() && Set(stored).count == 24)
        for (id, event) in zip(ids, batch) {
            guard let id else { continue }
            #expect(try store.read { try ActivityRepository($0).entry(id)?.rev } == event.rev)
        }
    }

    @Test
    func `invariant 2: leaves out what stands twice in one statement, and a batch that comes again`() throws {
        let batch = events(0..<20).map { event in
            var event = event
            if event.rev == "rev7" || event.rev == "rev19" { event.rev = "rev3" }
            return event
        }
        let ids = try log(batch)
        #expect(ids.indices.filter { ids[$0] == nil } == [7, 19])
        #expect(try log(batch).allSatisfy { $0 == nil })
        #expect(try log(events(3..<8)).compactMap { $0 }.count == 1)
        #expect(try revs().count == 19)
    }

    @Test
    func `says which other constraint an event breaks`() throws {
        try store.write { database in
            try database.execute(
                sql: "ALTER TABLE jetstream_activity ADD COLUMN broken TEXT CHECK (rev <> 'rev5')"
            )
        }
        let error = #expect(throws: DatabaseError.self) { try log(events(0..<20)) }
        #expect(error?.extendedResultCode == .SQLITE_CONSTRAINT_CHECK)
        #expect(try revs().isEmpty)
    }

    @Test
    func `invariant 1: the inbox opens where everything before has ended, and stays open until then`() throws {
        func open(_ revs: Range<Int>) throws {
            try store.write { database throws in
                let activity = ActivityRepository(database)
                let first = try #require(try activity.log(events(revs))[0])
                try activity.openInbox(from: first)
                var changes = CounterChanges()
                changes.logged(count: Int64(revs.count), bytes: 0)
                try changes.apply(database)
            }
        }
        func processing() throws -> [Int64] {
            try store.read { try ActivityRepository($0).processing(after: 0, limit: 100).map(\.id) }
        }
        try open(0..<3)
        try open(3..<5)
        #expect(try processing() == [1, 2, 3, 4, 5])
        try store.write { database throws in
            try ActivityRepository(database).finish(1...5, emptyingPayload: false)
            var changes = CounterChanges()
            changes.finished(minute: 1, operation: "create", status: .success, count: 5)
            try changes.apply(database)
        }
        try open(5..<7)
        #expect(try processing() == [6, 7])
        let filter = ActivityFilter(sinceTimestamp: "", status: .processing)
        let page = try store.read { try ActivityRepository($0).recent(filter, limit: 10) }
        #expect(page.entries.map(\.id) == [7, 6])
        #expect(page.examined == 2)
    }
}
