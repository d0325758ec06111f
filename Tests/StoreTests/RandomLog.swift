import GRDB
import TestSupport

@testable import Store

/// Fills a log with random events the way the handler does: logged, then finished, with the sums in the same
/// transactions.
struct RandomLog {
    var generator: SeededGenerator
    private var sequence = 0

    /// How many of a hundred events end in what; the others stay `processing`.
    private static let statuses: [(percent: Int, status: ActivityStatus)] = [
        (80, .success), (90, .error), (96, .validationError),
    ]

    init(seed: UInt64) {
        generator = SeededGenerator(seed: seed)
    }

    /// Adds events whose times lie in a range, received one millisecond after the other.
    mutating func fill(_ database: Database, count: Int, times: ClosedRange<Int64>) throws {
        let activity = ActivityRepository(database)
        var changes = CounterChanges()
        for _ in 0..<count {
            let event = event(times)
            guard let id = try activity.log(event) else { continue }
            changes.logged(count: 1, bytes: Int64(event.payload.count))
            guard let status = status() else { continue }
            try activity.updateStatus(id, status, message: status == .success ? nil : "for the test")
            changes.finished(minute: event.minute, operation: event.operation, status: status)
        }
        try changes.apply(database)
    }

    /// Moves random finished events to other statuses, as a retry does.
    mutating func retry(_ database: Database, count: Int) throws {
        let activity = ActivityRepository(database)
        let newest = try activity.newestID()
        var changes = CounterChanges()
        for _ in 0..<count {
            guard let entry = try activity.entry(.random(in: 1...newest, using: &generator)),
                entry.status != .processing, let time = UTCTimestamp.microseconds(entry.timestamp),
                let status = status()
            else { continue }
            try activity.updateStatus(entry.id, status, message: nil)
            let minute = UTCTimestamp.minute(time)
            changes.retried(minute: minute, operation: entry.operation, from: entry.status, to: status)
        }
        try changes.apply(database)
    }

    private mutating func event(_ times: ClosedRange<Int64>) -> SampleEvent {
        sequence += 1
        var event = SampleEvent()
        event.timeMicroseconds = .random(in: times, using: &generator)
        event.operation = ["create", "create", "update", "delete", "identity"].randomElement(using: &generator) ?? ""
        event.collection =
            event.operation == "identity" ? "" : "app.bsky.feed.\(Int.random(in: 0...3, using: &generator))"
        event.did = "did:plc:\(Int.random(in: 0...9, using: &generator))"
        event.rev = String(sequence)
        event.payload = Array("é".utf8) + Array(repeating: 0x78, count: .random(in: 0...99, using: &generator))
        event.receivedAtMicroseconds = Int64(sequence) * 1000
        return event
    }

    private mutating func status() -> ActivityStatus? {
        let draw = Int.random(in: 0..<100, using: &generator)
        return Self.statuses.first { draw < $0.percent }?.status
    }
}

/// The sums, counted from the log itself instead of kept.
struct CountedLog {
    static func minutes(_ database: Database) throws -> [String: Int64] {
        var minutes: [String: Int64] = [:]
        let rows = try Row.fetchAll(
            database,
            sql: "SELECT timestamp, operation, status FROM jetstream_activity WHERE status <> 'processing'"
        )
        for row in rows {
            guard let time = UTCTimestamp.microseconds(row[0]), let status = ActivityStatus(rawValue: row[2]) else {
                continue
            }
            let kind = MinuteKind(operation: row[1], status: status)
            minutes["\(UTCTimestamp.minute(time)) \(kind)", default: 0] += 1
        }
        return minutes
    }

    static func rowsByStatus(_ database: Database) throws -> [ActivityStatus: Int64] {
        let rows = try Row.fetchAll(database, sql: "SELECT status, count(*) FROM jetstream_activity GROUP BY status")
        let pairs = rows.compactMap { row in ActivityStatus(rawValue: row[0]).map { ($0, row[1] as Int64) } }
        return Dictionary(uniqueKeysWithValues: pairs)
    }

    static func payloadBytes(_ database: Database) throws -> Int64 {
        let sql = "SELECT ifnull(sum(length(CAST(event_json AS BLOB))), 0) FROM jetstream_activity"
        return try Int64.fetchOne(database, sql: sql) ?? 0
    }
}

/// The sums as they are kept.
struct KeptSums {
    /// By minute and kind; those that are 0 are left out.
    static func minutes(_ database: Database) throws -> [String: Int64] {
        var minutes: [String: Int64] = [:]
        for row in try Row.fetchAll(database, sql: "SELECT * FROM activity_minute") {
            for kind in MinuteKind.allCases {
                let count: Int64 = row[kind.rawValue]
                if count != 0 { minutes["\(row["minute"] as Int64) \(kind)"] = count }
            }
        }
        return minutes
    }
}
