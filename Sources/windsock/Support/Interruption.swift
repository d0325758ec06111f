@preconcurrency import Dispatch
import Foundation
import Ingest
import Synchronization

/// SIGINT and SIGTERM while a command has something to put away before it ends.
final class Interruption: Sendable {
    /// To be handed to the work.
    let watch = CopyWatch()

    private let number = Mutex<CInt?>(nil)
    private let sources: [any DispatchSourceSignal]

    /// Begins to listen; until then a signal ends the program at once.
    init() {
        sources = [SIGINT, SIGTERM].map { DispatchSource.makeSignalSource(signal: $0, queue: .global()) }
        let registered = DispatchGroup()
        for (source, signalNumber) in zip(sources, [SIGINT, SIGTERM]) {
            registered.enter()
            source.setRegistrationHandler { registered.leave() }
            source.setEventHandler { [weak self] in
                self?.number.withLock { $0 = signalNumber }
                self?.watch.end()
            }
            // Before it is registered: a change of the disposition after that would stop delivery.
            signal(signalNumber, SIG_IGN)
            source.resume()
        }
        registered.wait()
    }

    /// Does the work; when a signal has ended it, the program is to end with 128 and its number, as a shell reports it.
    ///
    /// - Parameter work: What has to put away after itself, when ``watch`` has it end.
    /// - Returns: What it returns.
    /// - Throws: `CommandFailure` after a signal, else what the work throws.
    func guarding<Value>(_ work: () throws -> Value) throws -> Value {
        do {
            return try work()
        } catch {
            guard let number = number.withLock(\.self) else { throw error }
            throw CommandFailure(code: 128 + number, message: "ended by a signal; nothing was kept")
        }
    }
}
