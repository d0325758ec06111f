import Foundation
import Logging

/// One event of the log as one line of text.
struct LogLine {
    /// Who reads the lines.
    enum Style: Sendable {
        /// A person or a file: the time and the level come first.
        case plain
        /// systemd's journal, which notes the time itself and takes the level as `<N>`
        /// (https://www.freedesktop.org/software/systemd/man/latest/sd-daemon.html).
        case journal
    }

    /// What a line may take, without the line end; the journal splits lines at 48 KiB.
    private static let maximumBytes = 32 * 1024

    let style: Style

    /// - Parameters:
    ///   - event: What is logged; metadata of the handler is passed apart, the event's own wins.
    ///   - metadata: The handler's metadata.
    ///   - timeMicroseconds: When, since the Unix epoch.
    /// - Returns: The line with its end.
    func text(of event: LogEvent, metadata: Logger.Metadata, timeMicroseconds: Int64) -> String {
        var line = start(event.level, timeMicroseconds)
        line += TerminalText.escaped(event.message.description)
        var all = metadata.merging(event.metadata ?? [:]) { _, new in new }
        if let error = event.error { all["error"] = .string(String(describing: error)) }
        for (key, value) in all.sorted(by: { $0.key < $1.key }) {
            line += " \(LogLine.key(key))=\(LogLine.quoted(value.description))"
        }
        return LogLine.shortened(line) + "\n"
    }

    private func start(_ level: Logger.Level, _ timeMicroseconds: Int64) -> String {
        switch style {
        case .plain: "\(LogLine.time(timeMicroseconds)) \(level.rawValue) "
        case .journal: "<\(LogLine.priority(level))>"
        }
    }

    /// The priority of syslog (RFC 5424, section 6.2.1).
    private static func priority(_ level: Logger.Level) -> Int {
        switch level {
        case .trace, .debug: 7
        case .info: 6
        case .notice: 5
        case .warning: 4
        case .error: 3
        case .critical: 2
        }
    }

    /// `2026-01-31T23:59:59.999Z`: UTC, to the millisecond.
    private static func time(_ microseconds: Int64) -> String {
        let seconds = microseconds.quotientAndRemainder(dividingBy: 1_000_000)
        var time = time_t(seconds.quotient)
        var parts = tm()
        gmtime_r(&time, &parts)
        let date = [Int(parts.tm_year) + 1900, Int(parts.tm_mon) + 1, Int(parts.tm_mday)]
        let clock = [parts.tm_hour, parts.tm_min, parts.tm_sec]
        let milliseconds = padded(Int(seconds.remainder / 1000), 3)
        return date.map { padded($0, 2) }.joined(separator: "-") + "T"
            + clock.map { padded(Int($0), 2) }.joined(separator: ":") + ".\(milliseconds)Z"
    }

    private static func padded(_ number: Int, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }

    /// A key is a word: what could end it or look like another pair is replaced.
    private static func key(_ text: String) -> String {
        String(TerminalText.escaped(text).map { " =\"".contains($0) ? "_" : $0 })
    }

    /// The value, in quotation marks if it is no plain word.
    private static func quoted(_ text: String) -> String {
        let escaped = TerminalText.escaped(text)
        let isWord = !escaped.isEmpty && !escaped.contains { $0.isWhitespace || $0 == "=" || $0 == "\"" }
        return isWord ? escaped : "\"\(escaped.replacing("\"", with: "\\\""))\""
    }

    private static func shortened(_ line: String) -> String {
        guard line.utf8.count > maximumBytes else { return line }
        return String(decoding: line.utf8.prefix(maximumBytes), as: UTF8.self) + "..."
    }
}
