import GRDB
import Testing
import Texts

@testable import Store

struct CounterTests {
    private let store: TemporaryStore

    init() throws {
        store = try TemporaryStore()
    }

    private func totals() throws -> ActivityTotals {
        try store.read { try CounterRepository($0).totals() }
    }

    private func apply(_ change: (inout CounterChanges) -> Void) throws {
        var changes = CounterChanges()
        change(&changes)
        try store.write { try changes.apply($0) }
    }

    @Test
    func `an empty database has no sums`() throws {
        #expect(try totals() == ActivityTotals())
        #expect(try store.read { try CounterRepository($0).value("stored") } == 0)
    }

    @Test
    func `follows events from logged over finished to retried`() throws {
        try apply { $0.logged(count: 5, bytes: 500) }
        var expected = ActivityTotals()
        expected.stored = 5
        expected.byStatus = [.processing: 5]
        expected.payloadBytes = 500
        #expect(try totals() == expected)

        try apply { changes in
            changes.finished(minute: 1, operation: "create", status: .success, count: 3)
            changes.finished(minute: 1, operation: "delete", status: .error)
            changes.emptied(bytes: 300)
        }
        expected.byStatus = [.processing: 1, .success: 3, .error: 1]
        expected.payloadBytes = 200
        #expect(try totals() == expected)

        try apply { changes in
            changes.retried(minute: 1, operation: "delete", from: .error, to: .success)
            changes.skipped(reason: "duplicate", count: 2)
            changes.skipped(reason: "unknown_actor")
        }
        expected.byStatus = [.processing: 1, .success: 4, .error: 0]
        expected.skippedByReason = ["duplicate": 2, "unknown_actor": 1]
        #expect(try totals() == expected)
        #expect(try totals().remainder == 0)
        let minutes = try store.read { try KeptSums.minutes($0) }
        #expect(minutes == ["1 creates": 3, "1 deletes": 1])
    }

    @Test
    func `an event that is put back to processing leaves its minute`() throws {
        try apply { changes in
            changes.logged(count: 1, bytes: 1)
            changes.finished(minute: 1, operation: "create", status: .error)
        }
        try apply { $0.retried(minute: 1, operation: "create", from: .error, to: .processing) }
        #expect(try store.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM activity_minute") } == 0)
        #expect(try totals().byStatus == [.processing: 1, .error: 0])
    }

    @Test
    func `a sum that does not add up leaves a remainder`() throws {
        try apply { changes in
            changes.logged(count: 2, bytes: 0)
            changes.add("success", 1)
        }
        #expect(try totals().remainder == -1)
        #expect(try totals().rows(.processing) == 2)
    }

    @Test
    func `names keep U+0000, and what cancels out is not written`() throws {
        try apply { changes in
            changes.skipped(reason: "a\u{0}b")
            changes.add("other", 1)
            changes.add("other", -1)
            changes.recordCount("app.\u{0}a", 1)
            changes.recordCount("app.\u{0}b", 1)
            changes.recordCount("app.\u{0}b", -1)
        }
        #expect(try totals().skippedByReason == ["a\u{0}b": 1])
        try store.read { database throws in
            #expect(try CounterRepository(database).value("skipped_a\u{0}b") == 1)
            #expect(try Int.fetchOne(database, sql: "SELECT count(*) FROM counter") == 1)
            let counts = try RecordRepository(database).counts(limit: 9)
            #expect(counts == [CollectionCount(collection: "app.\u{0}a", records: 1)])
        }
    }

    @Test
    func `a minute counts by operation what succeeded, and together what failed`() throws {
        try apply { changes in
            for (operation, status) in [
                ("create", ActivityStatus.success), ("update", .success), ("delete", .success), ("identity", .success),
                ("cre\u{0}ate", .success), ("create", .error), ("identity", .validationError),
            ] {
                changes.minute(7, operation: operation, status: status, 1)
            }
        }
        let minutes = try store.read { try KeptSums.minutes($0) }
        #expect(minutes == ["7 creates": 1, "7 updates": 1, "7 deletes": 1, "7 others": 2, "7 errors": 2])
    }

    @Test
    func `minutes of a time before the epoch are whole minutes too`() {
        #expect(UTCTimestamp.minute(-1) == -1)
        #expect(UTCTimestamp.minute(-60_000_000) == -1)
        #expect(UTCTimestamp.minute(-60_000_001) == -2)
        #expect(UTCTimestamp.minute(59_999_999) == 0)
    }
}
