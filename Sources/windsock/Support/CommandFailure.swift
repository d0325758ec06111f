import ArgumentParser
import Foundation
import Ingest
import Jetstream
import Store

/// How a command ends that could not do what it was asked.
struct CommandFailure: Error {
    /// The exit codes, those of `sysexits.h` where it has one.
    enum Code {
        static let success: Int32 = 0
        static let failure: Int32 = 1
        static let inputOutput: Int32 = 74
        static let configuration: Int32 = 78
    }

    let code: Int32
    /// For standard error; nil when there is nobody to tell.
    let message: String?

    init(code: Int32, message: String?) {
        self.code = code
        self.message = message
    }

    /// What an error means to who called the command; nil for those of the argument parser, which knows its own.
    init?(_ error: any Error) {
        switch error {
        case let failure as CommandFailure:
            self = failure
        case let error as SettingsError:
            self.init(code: Code.configuration, message: error.description)
        case StoreError.noActivity:
            self.init(code: Code.failure, message: String(describing: error))
        case let error as StoreError:
            self.init(code: Code.inputOutput, message: TerminalText.escaped(error.description))
        case let error as StreamRefused:
            self.init(code: Code.configuration, message: TerminalText.escaped(error.description))
        case let error as ZstdDictionaryError:
            self.init(
                code: Code.configuration,
                message: TerminalText.escaped("jetstream.dictionaryFile: \(error.description)")
            )
        case let error as DatabaseLock.Held:
            self.init(code: Code.inputOutput, message: error.description)
        case let error as POSIXError:
            self.init(code: Code.inputOutput, message: String(cString: strerror(error.code.rawValue)))
        case Output.Failure.closed:
            self.init(code: Code.success, message: nil)
        case let failure as Output.Failure:
            self.init(code: Code.inputOutput, message: failure.description)
        default:
            guard !CommandFailure.isParsers(error) else { return nil }
            let code = FaultKind(of: error) == .machine ? Code.inputOutput : Code.failure
            self.init(code: code, message: TerminalText.escaped(String(describing: error)))
        }
    }

    /// Whether the argument parser threw the error and knows what to say: wrong usage, or a wish for help.
    private static func isParsers(_ error: any Error) -> Bool {
        Windsock.exitCode(for: error) != .failure
    }
}
