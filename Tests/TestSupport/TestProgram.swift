package import Foundation

/// Programs that only tests need, such as openssl and python3.
package enum TestProgram {
    package struct Failure: Error, CustomStringConvertible {
        package let description: String

        package init(description: String) {
            self.description = description
        }
    }

    /// Runs a program to its end.
    ///
    /// - Throws: `Failure` with what it wrote, when it failed or does not exist.
    package static func run(_ name: String, _ arguments: [String], in folder: URL) throws {
        let process = try make(name, arguments)
        process.currentDirectoryURL = folder
        process.standardInput = FileHandle.nullDevice
        let output = Pipe()
        process.standardOutput = output
        process.standardError = output
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw Failure(description: "\(name) \(arguments.joined(separator: " ")) failed: \(text)")
        }
    }

    /// A program that is found but not started.
    ///
    /// - Throws: `Failure` when the system has no such program.
    package static func make(_ name: String, _ arguments: [String]) throws -> Process {
        let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin").split(separator: ":")
        let candidates = folders.map { URL(fileURLWithPath: String($0)).appendingPathComponent(name) }
        guard let program = candidates.first(where: { FileManager.default.isExecutableFile(atPath: $0.path) }) else {
            throw Failure(description: "\(name) is not installed; scripts/test installs what the tests need")
        }
        let process = Process()
        process.executableURL = program
        process.arguments = arguments
        return process
    }
}
