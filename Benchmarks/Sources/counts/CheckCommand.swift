import ArgumentParser
import Foundation

/// `counts check`: the guards.
struct CheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Count everything and compare it with the limits.",
        discussion: "Needs valgrind. Exit codes: 0 all is within its limit, 1 something is not or was not counted."
    )

    @Option(help: ArgumentHelp("The limits (JSON).", valueName: "file"))
    var limits = "limits.json"

    @Option(help: ArgumentHelp("Keep callgrind's files here, for callgrind_annotate.", valueName: "folder"))
    var keep: String?

    func run() throws {
        let limits = try Limits(contentsOf: limits)
        let folder = URL(fileURLWithPath: keep ?? "\(NSTemporaryDirectory())/windsock-counts-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { if keep == nil { try? FileManager.default.removeItem(at: folder) } }
        let measured = try measure(Callgrind(folder: folder))
        let isGood = report(measured, limits.guards)
        guard isGood else {
            print("The limits are those of: \(limits.measuredOn).")
            throw ExitCode.failure
        }
    }

    /// The values by the guards' names.
    private func measure(_ callgrind: Callgrind) throws -> [String: Double] {
        var values: [String: Double] = [:]
        for work in CountedWork.allCases {
            let run = try callgrind.run(work)
            let own = run.profile.instructions[Callgrind.program] ?? 0
            let counts = ["program": own, "libraries": run.profile.total - own, "allocations": run.allocations]
            for (name, count) in counts {
                values["\(work.rawValue).\(name)"] = Double(count) / Double(CountedWork.eventCount)
            }
        }
        return values
    }

    /// Prints a line for each guard, and returns whether all are good.
    private func report(_ measured: [String: Double], _ guards: [Limits.Guard]) -> Bool {
        var isGood = true
        for item in guards {
            let value = measured[item.name]
            let verdict = item.verdict(of: value)
            isGood = isGood && verdict == .ok
            let numbers = [value ?? .nan, item.limit].map { String(format: "%10.2f", $0) }
            let name = item.name.padding(toLength: 22, withPad: " ", startingAt: 0)
            print("\(name) \(numbers[0])  limit \(numbers[1])  \(item.unit)  \(verdict.rawValue)")
        }
        let unguarded = Set(measured.keys).subtracting(guards.map(\.name)).sorted()
        for name in unguarded { print("\(name) has no limit; measured: \(measured[name] ?? .nan)") }
        return isGood && unguarded.isEmpty
    }
}
