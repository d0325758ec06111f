import Foundation
import Jetstream
package import Logging

/// Writes the log to standard error, one line an event, in the form that the reader there wants.
package struct JournalLogHandler: LogHandler {
    package var metadata: Logger.Metadata = [:]
    package var metadataProvider: Logger.MetadataProvider?

    private let line: LogLine
    private let levels: LogLevelBox
    /// Set on one logger alone; nil follows the shared level.
    private var ownLevel: Logger.Level?

    /// Judges by the environment and by standard error who reads the log.
    ///
    /// - Parameter levels: The level of all loggers that were not given one of their own.
    package init(levels: LogLevelBox) {
        self.init(style: JournalLogHandler.isJournal() ? .journal : .plain, levels: levels)
    }

    init(style: LogLine.Style, levels: LogLevelBox) {
        line = LogLine(style: style)
        self.levels = levels
    }

    /// A logger that writes through such a handler.
    ///
    /// - Parameter levels: The level that it follows.
    /// - Returns: The logger; copies follow the same level.
    package static func logger(levels: LogLevelBox) -> Logger {
        let handler = JournalLogHandler(levels: levels)
        return Logger(label: "windsock") { _ in handler }
    }

    package var logLevel: Logger.Level {
        get { ownLevel ?? levels.level }
        set { ownLevel = newValue }
    }

    package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    package func log(event: LogEvent) {
        var all = metadata
        if let metadataProvider { all.merge(metadataProvider.get()) { _, new in new } }
        let text = line.text(of: event, metadata: all, timeMicroseconds: WallClock.system.now())
        JournalLogHandler.writeToStandardError(text)
    }

    /// Whether standard error is the stream that systemd connected to its journal, which `$JOURNAL_STREAM` names as
    /// `device:inode` (https://www.freedesktop.org/software/systemd/man/latest/systemd.exec.html).
    ///
    /// - Parameters:
    ///   - named: The variable's value.
    ///   - descriptor: The file to compare with.
    /// - Returns: False also when the variable was inherited and standard error leads elsewhere now.
    static func isJournal(
        _ named: String? = ProcessInfo.processInfo.environment["JOURNAL_STREAM"],
        descriptor: CInt = STDERR_FILENO
    ) -> Bool {
        var status = stat()
        guard let named, fstat(descriptor, &status) == 0 else { return false }
        return named == "\(status.st_dev):\(status.st_ino)"
    }

    /// Writes the line in one piece, so that lines of several threads do not mix; what cannot be written is lost, since
    /// there is nowhere to say so.
    private static func writeToStandardError(_ text: String) {
        var text = text
        text.withUTF8 { bytes in
            var written = 0
            while written < bytes.count {
                let count = write(STDERR_FILENO, bytes.baseAddress?.advanced(by: written), bytes.count - written)
                guard count > 0 || errno == EINTR else { return }
                written += max(count, 0)
            }
        }
    }
}
