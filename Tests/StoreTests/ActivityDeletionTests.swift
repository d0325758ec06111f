import GRDB
import TestSupport
import Testing

@testable import Store

struct ActivityDeletionTests {
    private static let times: ClosedRange<Int64> = 1_783_175_000_000_000...1_783_185_000_000_000

    private let store: TemporaryStore

    init() throws {
        store = try TemporaryStore()
    }

    private func fill(_ count: Int, seed: UInt64) throws {
        var log = RandomLog(seed: seed)
        try store.write { try log.fill($0, count: count, times: Self.times) }
    }

    private func log(_ count: Int, status: ActivityStatus = .success) throws {
        try store.write { database throws in
            let activity = ActivityRepository(database)
            var changes = CounterChanges()
            let first = try activity.newestID() + 1
            for id in first..<(first + Int64(count)) {
                var event = SampleEvent(rev: String(id))
                event.receivedAtMicroseconds = id
                _ = try activity.log(event)
                try activity.updateStatus(id, status, message: nil)
                changes.logged(count: 1, bytes: Int64(event.payload.count))
                changes.finished(minute: event.minute, operation: event.operation, status: status)
            }
            try changes.apply(database)
        }
    }

    private func ids() throws -> [Int64] {
        try store.read { try Int64.fetchAll($0, sql: "SELECT id FROM jetstream_activity ORDER BY id") }
    }

    private func expectSumsEqualTheLog() throws {
        try store.read { database throws in
            let totals = try CounterRepository(database).totals()
            let rows = try CountedLog.rowsByStatus(database)
            for status in ActivityStatus.allCases {
                #expect(totals.rows(status) == rows[status, default: 0], "\(status)")
            }
            #expect(totals.remainder == 0)
            #expect(try totals.payloadBytes == CountedLog.payloadBytes(database))
            #expect(try KeptSums.minutes(database) == CountedLog.minutes(database))
        }
    }

    @Test
    func `deletes what is old enough, from the oldest id on, in chunks`() throws {
        try log(10)
        try store.write { database throws in
            let activity = ActivityRepository(database)
            let first = try activity.deleteOldest(ActivityCut(receivedBeforeMicroseconds: 8), limit: 4)
            #expect(first == ActivityDeletion(deletedRows: 4, deletedBytes: 68, lastID: 4, isComplete: false))
            let second = try activity.deleteOldest(
                ActivityCut(receivedBeforeMicroseconds: 8),
                after: first.lastID,
                limit: 4
            )
            #expect(second == ActivityDeletion(deletedRows: 3, deletedBytes: 51, lastID: 7, isComplete: true))
        }
        #expect(try ids() == [8, 9, 10])
        try expectSumsEqualTheLog()
    }

    @Test
    func `stops at the first event that is not old enough, though later ones are`() throws {
        try log(5)
        try store.write { try $0.execute(sql: "UPDATE jetstream_activity SET received_at = 100 WHERE id = 3") }
        let deletion = try store.write {
            try ActivityRepository($0).deleteOldest(ActivityCut(receivedBeforeMicroseconds: 50), limit: 9)
        }
        #expect(deletion.deletedRows == 2)
        #expect(deletion.isComplete)
        #expect(try ids() == [3, 4, 5])
    }

    @Test
    func `never deletes what is processing, by any way`() throws {
        let ways: [(ActivityRepository) throws -> ActivityDeletion] = [
            { try $0.deleteOldest(ActivityCut(receivedBeforeMicroseconds: .max), limit: 1000) },
            { try $0.deleteOldest(.payloadBytes(.max), limit: 1000) },
            { try $0.deleteOldest(.everything(), limit: 1000) },
        ]
        for (seed, way) in ways.enumerated() {
            try fill(300, seed: UInt64(seed) + 10)
            let processing = try store.read { try CountedLog.rowsByStatus($0)[.processing, default: 0] }
            try #require(processing > 0)
            let deletion = try store.write { try way(ActivityRepository($0)) }
            #expect(deletion.deletedRows > 200)
            #expect(deletion.isComplete)
            #expect(try store.read { try CountedLog.rowsByStatus($0) } == [.processing: processing])
            try expectSumsEqualTheLog()
            try store.write { try $0.execute(sql: "DELETE FROM jetstream_activity; DELETE FROM counter") }
        }
    }

    @Test
    func `deletes until enough bytes are gone`() throws {
        try log(10)
        try store.write { database throws in
            let activity = ActivityRepository(database)
            let enough = try activity.deleteOldest(.payloadBytes(35), limit: 9)
            #expect(enough == ActivityDeletion(deletedRows: 3, deletedBytes: 51, lastID: 3, isComplete: true))
            let chunk = try activity.deleteOldest(.payloadBytes(1000), after: 3, limit: 2)
            #expect(chunk == ActivityDeletion(deletedRows: 2, deletedBytes: 34, lastID: 5, isComplete: false))
            let none = try activity.deleteOldest(.payloadBytes(0), limit: 9)
            #expect(none == ActivityDeletion(lastID: 0, isComplete: true))
        }
        #expect(try ids() == [6, 7, 8, 9, 10])
        try expectSumsEqualTheLog()
    }

    @Test
    func `deleting everything leaves what came after it began`() throws {
        try log(7)
        let last = try store.read { try ActivityRepository($0).newestID() }
        try log(3)
        var deletion = ActivityDeletion(lastID: 0)
        var rows = 0
        while !deletion.isComplete {
            deletion = try store.write { database throws in
                try ActivityRepository(database).deleteOldest(
                    .everything(through: last),
                    after: deletion.lastID,
                    limit: 2
                )
            }
            rows += deletion.deletedRows
        }
        #expect(rows == 7)
        #expect(try ids() == [8, 9, 10])
        try expectSumsEqualTheLog()
    }

    @Test
    func `a dry run counts what a clean-up deletes, and deletes nothing`() throws {
        try fill(200, seed: 20)
        let cutoff: Int64 = 150_000
        let whole = try store.read {
            try ActivityRepository($0).countOldest(ActivityCut(receivedBeforeMicroseconds: cutoff))
        }
        #expect(try ids().count == 200)
        var chunk = ActivityDeletion(lastID: 0)
        var rows = 0
        while !chunk.isComplete {
            chunk = try store.read { database throws in
                try ActivityRepository(database).countOldest(
                    ActivityCut(receivedBeforeMicroseconds: cutoff),
                    after: chunk.lastID,
                    limit: 7
                )
            }
            rows += chunk.deletedRows
        }
        #expect(rows == whole.deletedRows)
        let deletion = try store.write { database throws in
            try ActivityRepository(database).deleteOldest(ActivityCut(receivedBeforeMicroseconds: cutoff), limit: 1000)
        }
        #expect(deletion == whole)
        #expect(rows > 100)
    }

    @Test
    func `a deletion that is rolled back leaves the sums alone`() throws {
        struct Failure: Error {}
        try fill(50, seed: 30)
        #expect(throws: Failure.self) {
            try store.write { database throws in
                _ = try ActivityRepository(database).deleteOldest(.everything(), limit: 100)
                throw Failure()
            }
        }
        #expect(try ids().count == 50)
        try expectSumsEqualTheLog()
    }

    @Test
    func `invariant 5: the sums equal the log through random fillings, retries and clean-ups`() throws {
        var log = RandomLog(seed: 40)
        var generator = SeededGenerator(seed: 41)
        for round in 0..<30 {
            try store.write { database throws in
                try log.fill(database, count: 60, times: Self.times)
                try log.retry(database, count: 20)
                let activity = ActivityRepository(database)
                let cutoff = Int64(round) * 60_000 - 200_000
                let limit = Int.random(in: 1...80, using: &generator)
                _ = try activity.deleteOldest(ActivityCut(receivedBeforeMicroseconds: cutoff), limit: limit)
            }
            try expectSumsEqualTheLog()
        }
        let totals = try store.read { try CounterRepository($0).totals() }
        #expect(totals.stored == 1800)
        #expect(totals.cleanedByStatus.values.reduce(0, +) > 500)
    }
}
