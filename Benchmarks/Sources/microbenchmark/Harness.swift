import Measuring

/// What was measured of a benchmark.
struct Measurement: Encodable {
    let name: String
    let samples: Int
    let operationsPerSample: Int
    let minimumNanoseconds: Double
    let medianNanoseconds: Double
    /// Of one operation; of all threads.
    let allocations: Double
}

/// Runs benchmarks: a few times unseen, then for their time, then once more for their allocations.
struct Harness {
    private static let warmUps = 3

    let samples: Int

    /// How often a benchmark runs.
    var runs: Int { Self.warmUps + samples + 1 }

    func measure(_ benchmark: Benchmark, _ events: SampleEvents) async throws -> Measurement {
        let work = try benchmark.setUp(events)
        for run in 0..<Self.warmUps { try await work(run).body() }
        var times: [Double] = []
        for run in Self.warmUps..<Self.warmUps + samples { times.append(try await time(work(run))) }
        let last = try work(runs - 1)
        let allocations = try await Counting.allocations(of: last.body)
        times.sort()
        return Measurement(
            name: benchmark.name,
            samples: samples,
            operationsPerSample: last.operations,
            minimumNanoseconds: times[0],
            medianNanoseconds: (times[(samples - 1) / 2] + times[samples / 2]) / 2,
            allocations: Double(allocations) / Double(last.operations)
        )
    }

    /// Nanoseconds an operation.
    private func time(_ work: Work) async throws -> Double {
        let start = ContinuousClock.now
        try await work.body()
        return (ContinuousClock.now - start) / .nanoseconds(1) / Double(work.operations)
    }
}
