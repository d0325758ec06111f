import GRDB
import TestSupport
import Testing

@testable import Store

struct ActivityListTests {
    private static let start: Int64 = 1_783_175_888_000_000
    private static let hour: Int64 = 3_600_000_000

    private let store: TemporaryStore

    init() throws {
        store = try TemporaryStore()
    }

    private func page(
        _ filter: ActivityFilter,
        limit: Int,
        after cursor: ActivityCursor? = nil,
        examining: Int = PageLimit.examinedRows
    ) throws -> ActivityPage {
        try store.read { try ActivityRepository($0).recent(filter, limit: limit, after: cursor, examining: examining) }
    }

    /// All ids of a filter, page by page.
    private func ids(_ filter: ActivityFilter, limit: Int, examining: Int) throws -> [Int64] {
        var ids: [Int64] = []
        var cursor: ActivityCursor?
        repeat {
            let page = try page(filter, limit: limit, after: cursor, examining: examining)
            try #require(page.entries.count <= limit)
            try #require(page.examined <= examining)
            ids += page.entries.map(\.id)
            cursor = page.next
        } while cursor != nil
        return ids
    }

    private func fill(count: Int) throws {
        var log = RandomLog(seed: 2)
        // Few different times, so that ties are everywhere.
        let times = Self.start...(Self.start + 20)
        try store.write { try log.fill($0, count: count, times: times) }
    }

    @Test
    func `lists newest first by time, and by id where times are equal`() throws {
        for (rev, offset) in [("1", 5), ("2", 9), ("3", 5), ("4", 0), ("5", 9)] {
            var event = SampleEvent(rev: rev)
            event.timeMicroseconds += Int64(offset)
            _ = try store.write { try ActivityRepository($0).log(event) }
        }
        let page = try page(ActivityFilter(sinceTimestamp: ""), limit: 10)
        #expect(page.entries.map(\.id) == [5, 2, 3, 1, 4])
        #expect(page.next == nil)
        #expect(page.examined == 5)
    }

    @Test
    func `ends before the time that was asked for, page by page`() throws {
        var event = SampleEvent()
        for rev in 1...6 {
            event.rev = String(rev)
            event.timeMicroseconds += Self.hour
            _ = try store.write { try ActivityRepository($0).log(event) }
        }
        let until = UTCTimestamp.text(microseconds: event.timeMicroseconds - Self.hour)
        let since = UTCTimestamp.text(microseconds: event.timeMicroseconds - 4 * Self.hour)
        let filter = ActivityFilter(sinceTimestamp: since, untilTimestamp: until)
        #expect(try ids(filter, limit: 1, examining: 10) == [4, 3, 2])
        let later = ActivityCursor(timestamp: until, id: 9)
        #expect(try page(filter, limit: 10, after: later).entries.map(\.id) == [4, 3, 2])
        let (all, next) = try store.read { try ActivityRepository($0).recentIDs(filter, limit: 2, after: nil) }
        #expect(all == [4, 3])
        #expect(next == ActivityCursor(timestamp: try page(filter, limit: 2).entries[1].timestamp, id: 3))
    }

    @Test
    func `finds the errors of a class`() throws {
        for (rev, failed) in [("1", ErrorClass.data), ("2", .internal), ("3", .data)] {
            try store.write { database throws in
                let activity = ActivityRepository(database)
                let id = try #require(try activity.log(SampleEvent(rev: rev)))
                let failure = ActivityFailure(errorClass: failed, nextAttemptMicroseconds: nil)
                try activity.end(id, .error, message: "m", failure: failure)
            }
        }
        let filter = ActivityFilter(sinceTimestamp: "", status: .error, errorClass: .data)
        let page = try page(filter, limit: 10)
        #expect(page.entries.map(\.id) == [3, 1])
        #expect(page.entries.map(\.errorClass) == [.data, .data])
    }

    @Test
    func `begins with the time that was asked for`() throws {
        var event = SampleEvent()
        for rev in 1...5 {
            event.rev = String(rev)
            event.timeMicroseconds += Self.hour
            _ = try store.write { try ActivityRepository($0).log(event) }
        }
        let since = UTCTimestamp.text(microseconds: event.timeMicroseconds - Self.hour)
        #expect(try page(ActivityFilter(sinceTimestamp: since), limit: 10).entries.map(\.id) == [5, 4])
        let old = ActivityCursor(timestamp: SampleEvent().timestamp, id: 9)
        #expect(try page(ActivityFilter(sinceTimestamp: since), limit: 10, after: old).entries.isEmpty)
    }

    @Test
    func `a page that holds the last event has no next one`() throws {
        for rev in 1...4 {
            _ = try store.write { try ActivityRepository($0).log(SampleEvent(rev: String(rev))) }
        }
        let filter = ActivityFilter(sinceTimestamp: "")
        #expect(try page(filter, limit: 4).next == nil)
        let first = try page(filter, limit: 3)
        #expect(first.next == ActivityCursor(timestamp: SampleEvent().timestamp, id: 2))
        let second = try page(filter, limit: 3, after: first.next)
        #expect(second.entries.map(\.id) == [1])
        #expect(second.next == nil)
    }

    @Test
    func `every filter, in pages of any size, lists what a plain query lists`() throws {
        try fill(count: 400)
        var generator = SeededGenerator(seed: 3)
        for round in 0..<200 {
            let filter = ActivityFilter(
                sinceTimestamp: UTCTimestamp.text(microseconds: Self.start + .random(in: -5...25, using: &generator)),
                status: Bool.random(using: &generator) ? ActivityStatus.allCases.randomElement(using: &generator) : nil,
                operation: Bool.random(using: &generator) ? "create" : nil,
                collection: Bool.random(using: &generator) ? "app.bsky.feed.1" : nil,
                did: Int.random(in: 0..<4, using: &generator) == 0 ? "did:plc:3" : nil
            )
            let limit = Int.random(in: 1...50, using: &generator)
            let examining = Int.random(in: 1...60, using: &generator)
            let expected = try store.read { database throws in
                try Int64.fetchAll(
                    database,
                    sql: """
                        SELECT id FROM jetstream_activity WHERE timestamp >= ? AND ifnull(status = ?, 1)
                            AND ifnull(operation = ?, 1) AND ifnull(collection = ?, 1) AND ifnull(did = ?, 1)
                        ORDER BY timestamp DESC, id DESC
                        """,
                    arguments: [
                        filter.sinceTimestamp, filter.status?.rawValue, filter.operation, filter.collection, filter.did,
                    ]
                )
            }
            try #require(try ids(filter, limit: limit, examining: examining) == expected, "round \(round): \(filter)")
        }
    }

    @Test
    func `invariant 9: a page that finds nothing says where it stopped, and the next goes on from there`() throws {
        try fill(count: 100)
        let filter = ActivityFilter(sinceTimestamp: "", did: "did:plc:nobody")
        let first = try page(filter, limit: 10, examining: 40)
        #expect(first.entries.isEmpty)
        #expect(first.examined == 40)
        let second = try page(filter, limit: 10, after: first.next, examining: 40)
        let third = try page(filter, limit: 10, after: second.next, examining: 40)
        #expect([second.examined, third.examined] == [40, 20])
        #expect(third.next == nil)
    }

    @Test
    func `a page has at most a thousand entries`() throws {
        try fill(count: 1001)
        let page = try page(ActivityFilter(sinceTimestamp: ""), limit: .max)
        #expect(page.entries.count == 1000)
        #expect(page.next != nil)
    }

    @Test
    func `a page ends early rather than hold many large payloads`() throws {
        var event = SampleEvent()
        event.payload = Array(repeating: 0x20, count: PageLimit.bytes / 2 - 1)
        for rev in 1...3 {
            event.rev = String(rev)
            _ = try store.write { try ActivityRepository($0).log(event) }
        }
        let filter = ActivityFilter(sinceTimestamp: "")
        let first = try page(filter, limit: 10)
        #expect(first.entries.map(\.id) == [3, 2])
        #expect(try page(filter, limit: 10, after: first.next).entries.map(\.id) == [1])
        #expect(try store.read { try ActivityRepository($0).processing(after: 0, limit: 10).map(\.id) } == [1, 2])
    }

    @Test
    func `the newest of a status is the newest by time`() throws {
        try fill(count: 200)
        for status in ActivityStatus.allCases {
            let expected = try store.read { database throws in
                let sql = "SELECT id FROM jetstream_activity WHERE status = ? ORDER BY timestamp DESC, id DESC LIMIT 1"
                return try Int64.fetchOne(database, sql: sql, arguments: [status.rawValue])
            }
            try #require(expected != nil)
            #expect(try store.read { try ActivityRepository($0).newest(status: status)?.id } == expected)
        }
        #expect(try TemporaryStore().read { try ActivityRepository($0).newest(status: .error) } == nil)
    }

    @Test
    func `a cursor comes back from its text`() {
        let cursor = ActivityCursor(timestamp: "2026-07-04T14:38:08.085434Z", id: 42)
        #expect(cursor.description == "2026-07-04T14:38:08.085434Z/42")
        #expect(ActivityCursor(cursor.description) == cursor)
        #expect(ActivityCursor("2026") == nil)
        #expect(ActivityCursor("2026/x") == nil)
    }
}
