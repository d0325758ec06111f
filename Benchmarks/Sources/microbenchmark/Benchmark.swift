import Measuring

/// Something to measure.
struct Benchmark: Sendable {
    /// Makes the work of a run, numbered from 0; runs that write take the batch of their number.
    typealias Runs = (Int) throws -> Work

    let name: String
    /// Makes ready what all runs share.
    let setUp: @Sendable (SampleEvents) throws -> Runs
}

/// What is measured of a run: all that comes before has been done when it was made.
struct Work {
    /// How many operations it is.
    let operations: Int
    let body: () async throws -> Void
}

/// Why a time would mean nothing.
struct BenchmarkFailure: Error, CustomStringConvertible {
    let description: String

    /// Throws when a work has not done what it is measured by.
    static func check(_ isDone: Bool, _ reason: String) throws {
        if !isDone { throw BenchmarkFailure(description: reason) }
    }
}
