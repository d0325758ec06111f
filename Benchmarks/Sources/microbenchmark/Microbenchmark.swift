import ArgumentParser
import Measuring

/// The command line.
@main
struct Microbenchmark: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "microbenchmark",
        abstract: "Measures the parts of an event's way, from the frame to the table.",
        discussion: """
            Each line is the time of one operation, the best and the median of the samples, and how many allocations \
            it makes. Databases are made in the temporary folder (TMPDIR).
            """
    )

    @Flag(help: "Print JSON.")
    var json = false

    @Option(help: ArgumentHelp("Only those whose name holds this.", valueName: "name"))
    var filter: String?

    @Option(help: ArgumentHelp("How many times each is measured.", valueName: "n"))
    var samples = 20

    @Option(help: ArgumentHelp("Also measure with this zstd dictionary; may be given twice.", valueName: "file"))
    var dictionary: [String] = []

    func validate() throws {
        guard samples > 0 else { throw ValidationError("--samples: must be at least 1 (got \(samples))") }
    }

    func run() async throws {
        let benchmarks = try benchmarks()
        let wanted = benchmarks.filter { filter.map($0.name.contains) ?? true }
        guard !wanted.isEmpty else {
            throw ValidationError("--filter: none of \(benchmarks.map(\.name).joined(separator: ", "))")
        }
        let harness = Harness(samples: samples)
        let events = SampleEvents(count: max(harness.runs * SampleEvents.batchCount, HandlerBenchmark.eventCount))
        var measurements: [Measurement] = []
        for benchmark in wanted { measurements.append(try await harness.measure(benchmark, events)) }
        print(json ? try Report.json(measurements) : Report.table(measurements))
    }

    private func benchmarks() throws -> [Benchmark] {
        let reading = DecodingBenchmarks.all + SecondWireBenchmarks.all
        let compression = try CompressionBenchmarks.all(dictionaryFiles: dictionary)
        return reading + compression + BatchBenchmarks.all + [HandlerBenchmark.whole] + RepositoryBenchmarks.all
    }
}
