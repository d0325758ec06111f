import Foundation
import NIOCore

/// Where the log's events come from, and how far that has got.
struct StreamSource: Sendable {
    private var appender: StreamAppender
    private var generator: EventGenerator
    private let liveEventsPerSecond: Int
    private var producedEvents = 0
    private let start = NIODeadline.now()
    private var lastTimeMicroseconds: Int64
    private let accountEvery: Int?
    private let syncEvery: Int?
    private var accountCount = 0
    private var generatedEvents = 0

    /// Prepares a source and puts everything that exists from the beginning into the log.
    ///
    /// - Parameters:
    ///   - configuration: what to serve.
    ///   - log: an empty log.
    ///   - now: microseconds since the Unix epoch.
    /// - Throws: `SimulatorError.file` if the file cannot be read.
    init(_ configuration: SimulatorConfiguration, log: EventLog, nowMicroseconds now: Int64) throws {
        appender = StreamAppender(injections: configuration.injections)
        lastTimeMicroseconds = now
        accountEvery = configuration.accountEvery
        syncEvery = configuration.syncEvery
        liveEventsPerSecond = configuration.eventsPerSecond ?? SimulatorConfiguration.liveEventsPerSecond
        var startTime = now
        if case .generated(let events) = configuration.source {
            startTime = configuration.startTimeMicroseconds ?? EventGenerator.start(events: events, endingBefore: now)
        }
        generator = EventGenerator(
            seed: configuration.seed,
            startTimeMicroseconds: startTime,
            firstSequence: configuration.hasSequences ? SimulatorConfiguration.firstSequence : nil
        )
        try fill(configuration.source, log: log)
    }

    private mutating func fill(_ source: SimulatorConfiguration.Source, log: EventLog) throws {
        switch source {
        case .live:
            return
        case .generated(let events):
            generate(events, to: log)
        case .file(let path):
            for line in try Self.lines(ofFile: path) {
                appender.append(StreamMessage(line: line), to: log)
            }
        case .lines(let lines):
            append(lines, to: log)
        }
        appender.finish(log: log)
    }

    private static func lines(ofFile path: String) throws -> [ArraySlice<UInt8>] {
        do {
            let bytes = try [UInt8](Data(contentsOf: URL(fileURLWithPath: path)))
            return bytes.split(separator: UInt8(ascii: "\n"))
        } catch {
            throw SimulatorError.file(path: path, reason: "cannot be read: \(error.localizedDescription)")
        }
    }

    /// Puts so many more generated events at the end.
    mutating func generate(_ events: Int, to log: EventLog) {
        for _ in 0..<events {
            appendNext(atMicroseconds: nil, to: log)
        }
    }

    private mutating func appendNext(atMicroseconds time: Int64?, to log: EventLog) {
        appender.appendNext(of: &generator, atMicroseconds: time, to: log)
        generatedEvents += 1
        if let accountEvery, generatedEvents.isMultiple(of: accountEvery) {
            let statuses = AccountStatus.allCases
            appendAccount(statuses[accountCount % statuses.count], to: log)
            accountCount += 1
        }
        if let syncEvery, generatedEvents.isMultiple(of: syncEvery) {
            appendSync(to: log)
        }
    }

    /// Puts an account event at the end.
    mutating func appendAccount(_ status: AccountStatus, to log: EventLog) {
        appender.append(StreamMessage(generator.account(status)), to: log)
    }

    /// Puts a sync event at the end.
    mutating func appendSync(to log: EventLog) {
        appender.append(StreamMessage(generator.sync()), to: log)
    }

    /// Puts a bad message at the end.
    mutating func append(_ kind: InjectedMessage.Kind, to log: EventLog) {
        appender.append(kind, to: log)
    }

    /// Empties the log, and numbers from 1 what comes after.
    mutating func restart(_ log: EventLog) {
        log.reset()
        generator.restart(atSequence: 1)
        appender.restart()
    }

    mutating func append(_ lines: [String], to log: EventLog) {
        for line in lines {
            appender.append(StreamMessage(line: Array(line.utf8)[...]), to: log)
        }
    }

    /// Makes the events of live mode that are due, their times spread over the time since the last ones.
    ///
    /// - Parameters:
    ///   - now: microseconds since the Unix epoch.
    ///   - log: where they go.
    mutating func produceDue(nowMicroseconds now: Int64, to log: EventLog) {
        let seconds = Double((NIODeadline.now() - start).nanoseconds) / 1e9
        // A machine that slept does not make up for the night at once.
        let due = min(Int(seconds * Double(liveEventsPerSecond)) - producedEvents, liveEventsPerSecond)
        guard due > 0 else { return }
        let span = max(0, now - lastTimeMicroseconds)
        for index in 1...due {
            let time = lastTimeMicroseconds + span * Int64(index) / Int64(due)
            appendNext(atMicroseconds: time, to: log)
        }
        producedEvents = Int(seconds * Double(liveEventsPerSecond))
        lastTimeMicroseconds = now
    }
}

extension EventGenerator {
    /// How much earlier than necessary a stream starts, so that its last event does not lie in the future.
    private static let marginMicroseconds: Int64 = 1_000_000

    /// When a stream of so many events has to start to end about now.
    static func start(events: Int, endingBefore now: Int64) -> Int64 {
        now - Int64(events) * meanSpacingMicroseconds - marginMicroseconds
    }
}

/// The time of day.
enum WallClock {
    /// Microseconds since the Unix epoch.
    static func microseconds() -> Int64 {
        Int64(Date().timeIntervalSince1970 * 1e6)
    }
}
