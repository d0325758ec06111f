import GRDB
import Measuring
import Store
import Texts

/// Single repositories, a batch of their rows in one transaction, its commit included.
enum RepositoryBenchmarks {
    static var all: [Benchmark] { [log, records, tombstones, buried, actors, counters] }

    private static let log = benchmark("activity.log") { rows in
        Step(operations: rows.activities.count) { db in
            let ids = try ActivityRepository(db).log(rows.activities)
            try BenchmarkFailure.check(!ids.contains(nil), "an event was in the log already")
        }
    }

    private static let records = benchmark("record.insert") { rows in
        Step(operations: rows.records.count) { db in
            let records = RecordRepository(db)
            // A profile that was deleted may be made again; here nothing deletes it.
            let count = try rows.records.count(where: records.insertIfAbsent)
            try BenchmarkFailure.check(count > rows.records.count * 9 / 10, "records were stored already")
        }
    }

    private static let tombstones = benchmark("tombstone.bury") { rows in
        Step(operations: rows.keys.count) { db in
            let tombstones = TombstoneRepository(db)
            for key in rows.keys { try tombstones.bury(key, rev: rows.revision, receivedAtMicroseconds: 1) }
        }
    }

    /// The look-up before each record, which mostly finds nothing.
    private static let buried = benchmark("tombstone.find") { rows in
        Step(operations: rows.keys.count) { db in
            let tombstones = TombstoneRepository(db)
            let isNone = try rows.keys.allSatisfy { try tombstones.revision(of: $0) == nil }
            try BenchmarkFailure.check(isNone, "a tombstone where none was made")
        }
    }

    /// The look-up of an actor that is stored and was not met lately.
    private static let actors = benchmark("actor.find") { rows in
        Step(operations: rows.records.count) { db in
            let actors = ActorRepository(db)
            let areFound = try rows.records.allSatisfy { try actors.key(of: $0.key.did) != nil }
            try BenchmarkFailure.check(areFound, "an actor that is not stored")
        }
    }

    /// The sums of a batch, many times over: an operation is what commit 2 does once.
    private static let counters = benchmark("counters.apply") { rows in
        var changes = CounterChanges()
        for activity in rows.activities {
            changes.finished(minute: 0, operation: String(activity.operation), status: .success)
            changes.recordCount(activity.collection, 1)
        }
        return Step(operations: 100) { [changes] db in
            for _ in 0..<100 { try changes.apply(db) }
        }
    }

    /// What is done in a transaction.
    private struct Step {
        let operations: Int
        let body: (Database) throws -> Void
    }

    /// A benchmark on one growing database in which the actors of a run's rows are stored.
    private static func benchmark(
        _ name: String,
        _ step: @escaping @Sendable (SampleRows) throws -> Step
    ) -> Benchmark {
        Benchmark(name: name) { events in
            let scratch = try ScratchStore()
            return { run in
                let rows = try scratch.store.write { db in
                    let actors = ActorRepository(db)
                    return try SampleRows(events.batch(run)) { did in
                        try actors.key(of: did)?.id ?? actors.insert(did, indexedAt: "2026-01-01T00:00:00.000000Z")
                    }
                }
                let step = try step(rows)
                return Work(operations: step.operations) {
                    try withExtendedLifetime(rows) { try scratch.store.write(step.body) }
                }
            }
        }
    }
}
