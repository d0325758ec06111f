import Foundation

/// A program that runs beside the test, until the test ends it.
package final class RunningProcess: Sendable {
    /// How a program ended: its exit code, or the number of the signal that killed it.
    package enum Ending: Sendable, Equatable {
        case exited(Int32)
        case killed(Int32)
    }

    private let process: Process
    private let errorFile: URL

    /// Starts a program that was built beside the tests.
    ///
    /// - Parameters:
    ///   - name: The product.
    ///   - arguments: Its arguments.
    ///   - wrapper: The program that is to start it, with its arguments; empty for none.
    ///   - environment: Variables to set beside those of the tests.
    ///   - folder: Where its standard error is kept; several processes of one folder add to one file.
    /// - Throws: What the system says.
    package init(
        _ name: String,
        _ arguments: [String],
        wrapper: [String] = [],
        environment: [String: String] = [:],
        in folder: TemporaryFolder
    ) throws {
        errorFile = folder.url.appendingPathComponent("\(name).log")
        if !FileManager.default.fileExists(atPath: errorFile.path) { try folder.write("", to: "\(name).log") }
        let log = try FileHandle(forWritingTo: errorFile)
        try log.seekToEnd()
        let product = try CommandRunner.product(name)
        if let program = wrapper.first {
            process = try TestProgram.make(program, wrapper.dropFirst() + [product.path] + arguments)
        } else {
            process = Process()
            process.executableURL = product
            process.arguments = arguments
        }
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { _, new in new }
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        process.standardError = log
        try process.run()
    }

    deinit {
        if process.isRunning { kill(process.processIdentifier, SIGKILL) }
    }

    package var processIdentifier: Int32 { process.processIdentifier }
    package var isRunning: Bool { process.isRunning }

    /// What it and its predecessors in the folder have written to standard error.
    package var log: String {
        (try? String(decoding: Data(contentsOf: errorFile), as: UTF8.self)) ?? ""
    }

    package func send(_ signal: Int32) {
        kill(process.processIdentifier, signal)
    }

    /// Waits until it has ended.
    package func ending() async throws -> Ending {
        try await eventually("the program ends; its log: \(log)") { !self.process.isRunning }
        let status = process.terminationStatus
        return process.terminationReason == .uncaughtSignal ? .killed(status) : .exited(status)
    }
}
