import Foundation
import Logging
import TestSupport
import Testing

@testable import Ingest

@Suite struct JournalLogHandlerTests {
    /// The time 2026-02-03T04:05:06.789Z.
    private static let timeMicroseconds: Int64 = 1_770_091_506_789_012

    private struct DiskFull: Error, CustomStringConvertible {
        var description: String { "no space left" }
    }

    private func line(
        _ message: String,
        level: Logger.Level = .info,
        style: LogLine.Style = .plain,
        error: (any Error)? = nil,
        metadata: Logger.Metadata = [:],
        own: Logger.Metadata? = nil
    ) -> String {
        let event = LogEvent(
            level: level,
            message: "\(message)",
            error: error,
            metadata: own,
            source: nil,
            file: "",
            function: "",
            line: 1
        )
        return LogLine(style: style).text(of: event, metadata: metadata, timeMicroseconds: Self.timeMicroseconds)
    }

    @Test func `writes time and level before the message`() {
        #expect(line("ready") == "2026-02-03T04:05:06.789Z info ready\n")
    }

    @Test(arguments: [
        (Logger.Level.trace, 7), (.debug, 7), (.info, 6), (.notice, 5), (.warning, 4), (.error, 3), (.critical, 2),
    ])
    func `gives the journal a priority and no time`(level: Logger.Level, priority: Int) {
        #expect(line("ready", level: level, style: .journal) == "<\(priority)>ready\n")
    }

    @Test func `appends metadata sorted by key, the event's own winning`() {
        let text = line(
            "stored",
            style: .journal,
            metadata: ["host": "a", "run": "7"],
            own: ["events": "12", "host": "b"]
        )
        #expect(text == "<6>stored events=12 host=b run=7\n")
    }

    @Test(arguments: [
        ("word", "key=word"), ("", "key=\"\""), ("two words", "key=\"two words\""), ("a=b", "key=\"a=b\""),
        ("say \"hi\"", #"key="say \"hi\"""#), ("a\nb", #"key=a\u{A}b"#),
        ("\u{1B}[2J\u{202E}", #"key=\u{1B}[2J\u{202E}"#),
    ])
    func `quotes and escapes values`(value: String, expected: String) {
        #expect(line("m", style: .journal, own: ["key": "\(value)"]) == "<6>m \(expected)\n")
    }

    @Test func `keeps keys to one word`() {
        #expect(line("m", style: .journal, own: ["a b=c\n\"": "1"]) == "<6>m a_b_c\\u{A}_=1\n")
    }

    @Test func `keeps an event on one line whatever it says`() {
        #expect(
            line("a\nb\r\u{1B}[1m\u{2028}") == #"2026-02-03T04:05:06.789Z info a\u{A}b\u{D}\u{1B}[1m\u{2028}"# + "\n"
        )
    }

    @Test func `names the error of an event`() {
        #expect(line("cannot write", style: .journal, error: DiskFull()) == "<6>cannot write error=\"no space left\"\n")
    }

    @Test func `cuts a line before the journal would split it`() {
        let text = line(String(repeating: "x", count: 100_000), style: .journal)
        #expect(text.utf8.count == 32 * 1024 + 4)
        #expect(text.hasSuffix("...\n"))
    }

    @Test func `follows the shared level, unless a logger has its own`() {
        let levels = LogLevelBox(.info)
        let shared = JournalLogHandler(style: .plain, levels: levels)
        var own = shared
        own.logLevel = .critical
        levels.level = .debug
        #expect(shared.logLevel == .debug)
        #expect(own.logLevel == .critical)
    }

    @Test func `takes standard error for the journal only when it is`() throws {
        let folder = try TemporaryFolder()
        let file = try #require(FileHandle(forReadingAtPath: folder.write("", to: "journal")))
        var status = stat()
        try #require(fstat(file.fileDescriptor, &status) == 0)
        let name = "\(status.st_dev):\(status.st_ino)"
        #expect(JournalLogHandler.isJournal(name, descriptor: file.fileDescriptor))
        #expect(!JournalLogHandler.isJournal("\(status.st_dev):\(status.st_ino + 1)", descriptor: file.fileDescriptor))
        #expect(!JournalLogHandler.isJournal("", descriptor: file.fileDescriptor))
        #expect(!JournalLogHandler.isJournal(name, descriptor: -1))
    }
}
