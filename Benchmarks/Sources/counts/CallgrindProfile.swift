import Foundation

/// What callgrind counted, by program and library (https://valgrind.org/docs/manual/cl-format.html, names not
/// compressed).
struct CallgrindProfile {
    /// The instructions that each object's own code took, by its path.
    private(set) var instructions: [String: Int] = [:]

    var total: Int { instructions.values.reduce(0, +) }

    init(contentsOf file: URL) throws {
        try self.init(text: String(decoding: Data(contentsOf: file), as: UTF8.self))
    }

    /// Adds up a profile, and checks the sum with callgrind's own.
    init(text: String) throws {
        var object = ""
        var summary: Int?
        var isCall = false
        for line in text.split(separator: "\n") {
            if line.hasPrefix("ob=") {
                object = String(line.dropFirst("ob=".count))
            } else if line.hasPrefix("totals:") {
                summary = line.split(separator: " ").last.flatMap { Int($0) }
            } else if line.hasPrefix("calls=") {
                isCall = true
            } else if line.first?.isNumber == true {
                // The line after a call is what the called function took, which it has lines of its own for.
                if !isCall { instructions[object, default: 0] += try Self.cost(line) }
                isCall = false
            }
        }
        guard let summary, summary > 0, summary == total else {
            throw CallgrindFailure(reason: "the profile adds up to \(total), callgrind says \(summary ?? 0)")
        }
    }

    /// The count of a line: the position, then the count, which is left out where it is 0.
    private static func cost(_ line: Substring) throws -> Int {
        let numbers = line.split(separator: " ")
        guard numbers.count > 1 else { return 0 }
        guard let cost = Int(numbers[1]) else { throw CallgrindFailure(reason: "no profile's line: \(line)") }
        return cost
    }
}
