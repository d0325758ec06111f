import Foundation

/// Runs this program under callgrind (https://valgrind.org/docs/manual/cl-manual.html).
struct Callgrind {
    /// What a work took.
    struct Run {
        var allocations: Int
        var profile: CallgrindProfile
    }

    /// Where callgrind's files go; they stay there.
    let folder: URL

    /// Does a work in a process of its own.
    ///
    /// - Parameter work: What to do.
    /// - Returns: What it took.
    /// - Throws: ``CallgrindFailure``, or what `Process` throws.
    func run(_ work: CountedWork) throws -> Run {
        let profile = folder.appendingPathComponent("\(work.rawValue).callgrind")
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [
            "valgrind", "--quiet", "--tool=callgrind", "--callgrind-out-file=\(profile.path)",
            "--toggle-collect=windsock_collect", "--compress-strings=no", "--compress-pos=no",
            Callgrind.program, "work", work.rawValue,
        ]
        // Else the hashes, and with them the steps of a look-up, differ in each run.
        process.environment = ProcessInfo.processInfo.environment
            .merging(["SWIFT_DETERMINISTIC_HASHING": "1"]) { _, new in new }
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        guard process.terminationReason == .exit, process.terminationStatus == 0 else {
            throw CallgrindFailure(reason: "\(work.rawValue): valgrind or the program in it failed")
        }
        guard let allocations = Int(text.trimmingCharacters(in: .whitespacesAndNewlines)) else {
            throw CallgrindFailure(reason: "\(work.rawValue): no number of allocations in: \(text)")
        }
        return Run(allocations: allocations, profile: try CallgrindProfile(contentsOf: profile))
    }

    /// This program's own file.
    static var program: String { URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().path }
}

/// Why nothing was counted.
struct CallgrindFailure: Error, CustomStringConvertible {
    var reason: String
    var description: String { reason }
}
