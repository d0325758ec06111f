import Ingest
import Jetstream
import Measuring

/// A batch, stage by stage; what commits writes to one growing database.
enum BatchBenchmarks {
    static var all: [Benchmark] { [draft, firstCommit, secondCommit] }

    private static let draft = Benchmark(name: "batch.draft") { events in
        { run in
            let batch = events.messageBatch(run)
            return Work(operations: batch.count) {
                try BenchmarkFailure.check(StagedBatch(batch).count == batch.count, "not all messages were drafted")
            }
        }
    }

    /// Commit 1; the second commit of the batch before comes in between, unmeasured.
    private static let firstCommit = Benchmark(name: "batch.commit1") { events in
        let scratch = try ScratchStore()
        let handling = StagedHandling(store: scratch.store, clock: SampleEvents.clock)
        var before: StagedBatch?
        return { run in
            if let before { try handling.apply(before) }
            let batch = StagedBatch(events.messageBatch(run))
            before = batch
            return Work(operations: batch.count) {
                try withExtendedLifetime(scratch) { try handling.log(batch) }
            }
        }
    }

    private static let secondCommit = Benchmark(name: "batch.commit2") { events in
        let scratch = try ScratchStore()
        let handling = StagedHandling(store: scratch.store, clock: SampleEvents.clock)
        return { run in
            let batch = StagedBatch(events.messageBatch(run))
            try handling.log(batch)
            return Work(operations: batch.storedCount) {
                try withExtendedLifetime(scratch) { try handling.apply(batch) }
            }
        }
    }
}
