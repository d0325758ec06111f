@preconcurrency import Dispatch
import Foundation
import Synchronization

/// Signals as a sequence.
enum Signals {
    /// The given signals as they arrive; they no longer kill the process once this returns.
    ///
    /// SIGPIPE is ignored too: a reader that went away is no reason to stop.
    static func received(_ signals: CInt...) async -> AsyncStream<CInt> {
        for number in signals + [SIGPIPE] {
            signal(number, SIG_IGN)
        }
        let (stream, continuation) = AsyncStream.makeStream(of: CInt.self)
        let queue = DispatchQueue(label: "signals")
        let sources = signals.map { number in
            let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
            source.setEventHandler { continuation.yield(number) }
            return source
        }
        for source in sources {
            // A signal that comes before its source is registered would be lost.
            await withCheckedContinuation { registered in
                source.setRegistrationHandler { registered.resume() }
                source.resume()
            }
        }
        continuation.onTermination = { _ in
            for source in sources {
                source.cancel()
            }
        }
        return stream
    }
}
