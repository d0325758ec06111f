package import Foundation
import Synchronization

/// Runs the programs that were built beside the tests.
package enum CommandRunner {
    /// How a program ended and what it said.
    package struct Outcome: Sendable, Equatable {
        package var standardOutput: String
        package var standardError: String
        /// The exit code, or the signal's number if ``wasKilled``.
        package var exitCode: Int32
        package var wasKilled: Bool
    }

    package enum Failure: Error, Equatable {
        /// There is no such program beside the tests.
        case notBuilt(String)
        /// It was still running at the deadline, and was killed.
        case stillRunning(Outcome)
    }

    /// Long enough for a command on a busy machine; none should come near it.
    private static let deadlineSeconds = 60.0

    /// Runs a program to its end.
    ///
    /// Its output goes to files, which never fill up as pipes do; its input is empty.
    ///
    /// - Parameters:
    ///   - name: The product, such as `windsock`, or the absolute path of any other program.
    ///   - arguments: Its arguments.
    ///   - environment: Variables to set beside those of the tests.
    ///   - folder: Its current folder; nil for that of the tests.
    ///   - output: Where its standard output goes instead of into the outcome.
    /// - Returns: How it ended.
    /// - Throws: ``Failure``, or what the system says.
    package static func run(
        _ name: String,
        _ arguments: [String],
        environment: [String: String] = [:],
        in folder: URL? = nil,
        output: FileHandle? = nil
    ) async throws -> Outcome {
        let files = try TemporaryFolder()
        let outputFile = try FileHandle(forWritingTo: URL(fileURLWithPath: files.write("", to: "output")))
        let errorFile = try FileHandle(forWritingTo: URL(fileURLWithPath: files.write("", to: "error")))
        let process = Process()
        process.executableURL = name.hasPrefix("/") ? URL(fileURLWithPath: name) : try product(name)
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { _, new in new }
        process.currentDirectoryURL = folder
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output ?? outputFile
        process.standardError = errorFile
        let wasInTime = try await runToEnd(process)
        let outcome = Outcome(
            standardOutput: try text(ofFileAt: files.path("output")),
            standardError: try text(ofFileAt: files.path("error")),
            exitCode: process.terminationStatus,
            wasKilled: process.terminationReason == .uncaughtSignal
        )
        guard wasInTime else { throw Failure.stillRunning(outcome) }
        return outcome
    }

    /// The file of a program that was built beside the tests.
    ///
    /// - Parameter name: The product's name.
    /// - Returns: Its location.
    /// - Throws: ``Failure/notBuilt(_:)``.
    package static func product(_ name: String) throws -> URL {
        let tests = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        for folder in [tests.deletingLastPathComponent(), Bundle.main.bundleURL] {
            let file = folder.appendingPathComponent(name)
            if FileManager.default.isExecutableFile(atPath: file.path) { return file }
        }
        throw Failure.notBuilt(name)
    }

    /// Starts the process and waits for its end, or kills it at the deadline.
    ///
    /// - Parameter process: Set up and not started.
    /// - Returns: Whether it ended by itself.
    /// - Throws: What the system says when it cannot be started.
    private static func runToEnd(_ process: Process) async throws -> Bool {
        let state = WatchState()
        return try await withCheckedThrowingContinuation { continuation in
            process.terminationHandler = { _ in
                continuation.resume(returning: state.end())
            }
            do {
                try process.run()
                let identifier = process.processIdentifier
                DispatchQueue.global().asyncAfter(deadline: .now() + deadlineSeconds) { state.kill(identifier) }
            } catch {
                process.terminationHandler = nil
                continuation.resume(throwing: error)
            }
        }
    }

    /// Whether a process still runs, so that no other one is killed that got its number.
    private final class WatchState: Sendable {
        private enum State {
            case running
            case killed
            case ended
        }

        private let state = Mutex(State.running)

        /// Notes the end, and returns whether the process came to it by itself.
        func end() -> Bool {
            state.withLock { state in
                defer { state = .ended }
                return state == .running
            }
        }

        func kill(_ identifier: pid_t) {
            state.withLock { state in
                guard state == .running else { return }
                state = .killed
                Foundation.kill(identifier, SIGKILL)
            }
        }
    }

    private static func text(ofFileAt path: String) throws -> String {
        String(decoding: try Data(contentsOf: URL(fileURLWithPath: path)), as: UTF8.self)
    }
}
