import Logging
import Synchronization

/// Keeps what is logged, for a test to look at.
final class LogRecorder: Sendable {
    private let messages = Mutex<[String]>([])

    /// The messages of a level, oldest first.
    func messages(_ level: Logger.Level) -> [String] {
        let prefix = "\(level): "
        return messages.withLock { $0.filter { $0.hasPrefix(prefix) }.map { String($0.dropFirst(prefix.count)) } }
    }

    var logger: Logger { Logger(label: "test") { [self] _ in Handler(recorder: self) } }

    private struct Handler: LogHandler {
        let recorder: LogRecorder
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.trace

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            recorder.messages.withLock { $0.append("\(event.level): \(event.message)") }
        }
    }
}
