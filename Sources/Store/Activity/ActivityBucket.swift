/// A span of time up to now, in equal parts.
package enum ActivityBucketRange: String, Sendable, CaseIterable {
    case hour = "1hr"
    case threeHours = "3hr"
    case sixHours = "6hr"
    case day = "1day"
    case sevenDays = "7day"

    /// How many parts it has.
    package var count: Int {
        switch self {
        case .hour, .threeHours, .sixHours: 12
        case .day: 24
        case .sevenDays: 7
        }
    }

    /// The minutes of a part.
    package var widthMinutes: Int64 {
        switch self {
        case .hour: 5
        case .threeHours: 15
        case .sixHours: 30
        case .day: 60
        case .sevenDays: 1440
        }
    }

    /// The minute in which the first part begins; the last one holds the minute of now.
    ///
    /// Parts of minutes end with the current minute; days are UTC days.
    func firstMinute(nowMicroseconds: Int64) -> Int64 {
        let now = UTCTimestamp.minute(nowMicroseconds)
        let end =
            switch self {
            case .hour, .threeHours, .sixHours, .day: now + 1
            case .sevenDays: (UTCTimestamp.floorDivide(now, widthMinutes) + 1) * widthMinutes
            }
        return end - Int64(count) * widthMinutes
    }
}

/// The events of one part of a span, by their `timestamp`.
package struct ActivityBucket: Sendable, Equatable {
    /// Where the part begins, in microseconds since the Unix epoch; it ends where the next one begins.
    package let startMicroseconds: Int64

    /// Events that ended in `success`, by operation; skipped ones among them.
    package var creates: Int64 = 0
    package var updates: Int64 = 0
    package var deletes: Int64 = 0

    /// Events of any operation that ended in `error` or `validation_error`.
    package var errors: Int64 = 0

    init(startMicroseconds: Int64) {
        self.startMicroseconds = startMicroseconds
    }

    /// Where the part begins, as `YYYY-MM-DDTHH:MM:00Z`.
    package var timestamp: String { UTCTimestamp.text(microseconds: startMicroseconds).prefix(16) + ":00Z" }
}
