/// A run of events, told by its ends.
struct EventSpan: Sendable, Equatable {
    private(set) var count = 0
    private(set) var firstNumber: Int64 = 0
    private(set) var lastNumber: Int64 = 0
    /// Microseconds since the Unix epoch, those of the first and the last event.
    private(set) var firstTimeMicroseconds: Int64 = 0
    private(set) var lastTimeMicroseconds: Int64 = 0

    mutating func add(_ entry: LogEntry) {
        add(EventSpan(of: entry))
    }

    mutating func add(_ later: EventSpan) {
        guard later.count > 0 else { return }
        if count == 0 {
            self = later
        } else {
            count += later.count
            lastNumber = later.lastNumber
            lastTimeMicroseconds = later.lastTimeMicroseconds
        }
    }

    init() {}

    private init(of entry: LogEntry) {
        count = 1
        firstNumber = entry.number
        lastNumber = entry.number
        firstTimeMicroseconds = entry.timeMicroseconds
        lastTimeMicroseconds = entry.timeMicroseconds
    }

    /// The span of a run of entries without injected messages among them.
    init(of entries: ArraySlice<LogEntry>) {
        guard let first = entries.first, let last = entries.last else {
            self.init()
            return
        }
        self.init(of: first)
        count = entries.count
        lastNumber = last.number
        lastTimeMicroseconds = last.timeMicroseconds
    }
}
