import ArgumentParser
import Measuring

/// `counts work`: does one work, once; what ``Callgrind`` runs.
struct WorkCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "work",
        abstract: "Do one work and print how many allocations it took.",
        shouldDisplay: false
    )

    @Argument(help: "\(CountedWork.allCases.map(\.rawValue).joined(separator: " or ")).")
    var work: CountedWork

    func run() async throws {
        let prepared = try work.prepared()
        let allocations = try await Counting.allocations { try Counting.collect(prepared) }
        print(allocations)
    }
}
