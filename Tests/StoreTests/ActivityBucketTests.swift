import GRDB
import Testing

@testable import Store

struct ActivityBucketTests {
    /// 2026-03-29T01:30:17.5Z, half an hour into the night in which Europe's clocks jump.
    private static let now: Int64 = 1_774_747_817_500_000
    private static let day: Int64 = 86_400_000_000

    private let store: TemporaryStore

    init() throws {
        store = try TemporaryStore()
    }

    private func buckets(_ range: ActivityBucketRange, now: Int64 = now) throws -> [ActivityBucket] {
        try store.read { try ActivityRepository($0).buckets(range, nowMicroseconds: now) }
    }

    /// The same count, made over the log itself.
    private func counted(_ range: ActivityBucketRange, now: Int64) throws -> [ActivityBucket] {
        var counted = try buckets(range, now: now).map { ActivityBucket(startMicroseconds: $0.startMicroseconds) }
        let width = range.widthMinutes * UTCTimestamp.microsecondsPerMinute
        let rows = try store.read {
            try Row.fetchAll($0, sql: "SELECT timestamp, operation, status FROM jetstream_activity")
        }
        for row in rows {
            let time = try #require(UTCTimestamp.microseconds(row[0]))
            guard
                let index = counted.firstIndex(where: { ($0.startMicroseconds..<$0.startMicroseconds + width) ~= time })
            else { continue }
            switch (row[2] as String, row[1] as String) {
            case ("success", "create"): counted[index].creates += 1
            case ("success", "update"): counted[index].updates += 1
            case ("success", "delete"): counted[index].deletes += 1
            case ("error", _), ("validation_error", _): counted[index].errors += 1
            default: break
            }
        }
        return counted
    }

    private func expectBucketsEqualTheLog(now: Int64 = now, _ what: Comment) throws {
        for range in ActivityBucketRange.allCases {
            #expect(try buckets(range, now: now) == counted(range, now: now), what)
        }
    }

    @Test(
        arguments: [
            (ActivityBucketRange.hour, "1hr", 12, 5), (.threeHours, "3hr", 12, 15), (.sixHours, "6hr", 12, 30),
            (.day, "1day", 24, 60), (.sevenDays, "7day", 7, 1440),
        ] as [(ActivityBucketRange, String, Int, Int64)]
    )
    func `an empty log has exactly so many parts, zero-filled, oldest first, on whole minutes`(
        range: ActivityBucketRange,
        name: String,
        count: Int,
        width: Int64
    ) throws {
        #expect(range.rawValue == name)
        for offset in [0, 1, 59_999_999, 3_600_000_000, Self.day - 1] as [Int64] {
            let now = Self.now + offset
            let buckets = try buckets(range, now: now)
            let starts = buckets.map(\.startMicroseconds)
            let step = width * UTCTimestamp.microsecondsPerMinute
            #expect(starts.count == count)
            #expect(zip(starts, starts.dropFirst()).allSatisfy { $1 - $0 == step })
            #expect(starts.allSatisfy { $0 % UTCTimestamp.microsecondsPerMinute == 0 })
            #expect(starts[count - 1] <= now && now < starts[count - 1] + step)
            #expect(buckets == starts.map(ActivityBucket.init(startMicroseconds:)))
        }
    }

    @Test
    func `parts of minutes end with the current minute, days are those of UTC`() throws {
        #expect(
            try buckets(.hour).map(\.timestamp).suffix(2) == ["2026-03-29T01:21:00Z", "2026-03-29T01:26:00Z"]
        )
        #expect(try buckets(.day).first?.timestamp == "2026-03-28T01:31:00Z")
        #expect(
            try buckets(.sevenDays).map(\.timestamp) == [
                "2026-03-23T00:00:00Z", "2026-03-24T00:00:00Z", "2026-03-25T00:00:00Z", "2026-03-26T00:00:00Z",
                "2026-03-27T00:00:00Z", "2026-03-28T00:00:00Z", "2026-03-29T00:00:00Z",
            ]
        )
    }

    @Test
    func `an event at an edge is in the part that begins there`() throws {
        let range = ActivityBucketRange.hour
        let starts = try buckets(range).map(\.startMicroseconds)
        let times = starts + starts.map { $0 - 1 } + [starts[11] + 5 * UTCTimestamp.microsecondsPerMinute]
        try store.write { database throws in
            let activity = ActivityRepository(database)
            var changes = CounterChanges()
            for (index, time) in times.enumerated() {
                var event = SampleEvent(rev: String(index))
                event.timeMicroseconds = time
                let id = try #require(try activity.log(event))
                try activity.updateStatus(id, .success, message: nil)
                changes.finished(minute: event.minute, operation: event.operation, status: .success)
            }
            try changes.apply(database)
        }
        #expect(try buckets(range).map(\.creates) == Array(repeating: 2, count: 11) + [1])
        try expectBucketsEqualTheLog("edges")
    }

    @Test(arguments: [1, 2, 3] as [UInt64])
    func `the parts equal a count over the log itself, also after retries, a clean-up and a deletion of all`(
        seed: UInt64
    ) throws {
        var log = RandomLog(seed: seed)
        for span in [Self.day / 24, Self.day / 4, 8 * Self.day] {
            try store.write { try log.fill($0, count: 500, times: (Self.now - span)...(Self.now + span / 50)) }
        }
        try expectBucketsEqualTheLog("filled")
        #expect(try buckets(.sevenDays).reduce(0) { $0 + $1.creates + $1.updates + $1.deletes + $1.errors } > 800)
        try store.write { try log.retry($0, count: 300) }
        try expectBucketsEqualTheLog("retried")
        _ = try store.write { database throws in
            try ActivityRepository(database).deleteOldest(ActivityCut(receivedBeforeMicroseconds: 700_000), limit: 1000)
        }
        try expectBucketsEqualTheLog("cleaned up")
        for offset in [-Self.day, 1, 30_000_000, 7_200_000_000] {
            try expectBucketsEqualTheLog(now: Self.now + offset, "at another time")
        }
        _ = try store.write { try ActivityRepository($0).deleteOldest(.everything(), limit: 10_000) }
        try expectBucketsEqualTheLog("deleted")
        #expect(try buckets(.sevenDays).allSatisfy { $0.creates + $0.updates + $0.deletes + $0.errors == 0 })
        #expect(try store.read { try KeptSums.minutes($0).isEmpty })
    }
}
