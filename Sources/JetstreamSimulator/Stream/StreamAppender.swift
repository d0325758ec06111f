/// Puts events into the log and injected messages between them.
struct StreamAppender: Sendable {
    private let injections: [Int: [InjectedMessage]]
    private(set) var eventCount = 0
    private var lastTimeMicroseconds: Int64?
    private var lastSequence: Int64?

    init(injections: [InjectedMessage]) {
        self.injections = Dictionary(grouping: injections, by: \.index)
    }

    /// Whether something is sent before the next event, which therefore needs a time of its own.
    var injectsNext: Bool { injections[eventCount] != nil }

    mutating func append(_ message: StreamMessage, to log: EventLog) {
        let time = message.timeMicroseconds ?? lastTimeMicroseconds ?? 0
        let least = EventGenerator.leastSpacingMicroseconds
        inject(between: lastTimeMicroseconds ?? time - least, and: time, to: log)
        log.append(message)
        eventCount += 1
        lastTimeMicroseconds = time
        lastSequence = message.sequence ?? lastSequence
    }

    /// Appends a bad message behind the last event.
    mutating func append(_ kind: InjectedMessage.Kind, to log: EventLog) {
        let time = (lastTimeMicroseconds ?? 0) + 1
        lastTimeMicroseconds = time
        let message = InjectedMessage(index: eventCount, kind: kind)
        log.append(StreamMessage(message, timeMicroseconds: time, sequence: lastSequence))
    }

    /// Forgets the numbers that the events had.
    mutating func restart() {
        lastSequence = nil
    }

    /// Injects what is wanted after the last event.
    mutating func finish(log: EventLog) {
        guard injectsNext else { return }
        let time = lastTimeMicroseconds ?? 0
        inject(between: time, and: time + EventGenerator.leastSpacingMicroseconds, to: log)
    }

    /// Appends a generated event, with the gap that an injected message needs.
    ///
    /// - Parameters:
    ///   - generator: where the event comes from.
    ///   - time: microseconds since the Unix epoch; nil leaves the event's time to the generator.
    ///   - log: where the event goes.
    mutating func appendNext(of generator: inout EventGenerator, atMicroseconds time: Int64? = nil, to log: EventLog) {
        if injectsNext {
            generator.startNextCommit()
        }
        guard let time else {
            append(StreamMessage(generator.next()), to: log)
            return
        }
        generator.advance(toMicroseconds: time)
        append(StreamMessage(generator.nextNow()), to: log)
    }

    private func inject(between earlier: Int64, and later: Int64, to log: EventLog) {
        guard let messages = injections[eventCount] else { return }
        let step = (later - earlier) / Int64(messages.count + 1)
        for (index, message) in messages.enumerated() {
            let time = earlier + max(1, step) * Int64(index + 1)
            log.append(StreamMessage(message, timeMicroseconds: time, sequence: lastSequence))
        }
    }
}
