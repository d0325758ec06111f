/// A place in the time of the log, from which the next minute is looked for.
package struct MinutePlace: Sendable, Equatable {
    /// The least `timestamp` that is meant.
    var timestamp: String
    /// The least minute that is meant, counted from the Unix epoch.
    var minute: Int64

    /// Before all minutes.
    package static let start = MinutePlace(timestamp: "", minute: .min)

    private static let earliest = UTCTimestamp.minute(UTCTimestamp.earliest)
    private static let latest = UTCTimestamp.minute(UTCTimestamp.latest)

    /// Where a minute begins; one that no `timestamp` can name is taken to the nearest that one can.
    static func text(minute: Int64) -> String {
        let nameable = min(max(minute, earliest), latest)
        return UTCTimestamp.text(microseconds: nameable * UTCTimestamp.microsecondsPerMinute)
    }
}

/// The finished events of a minute as they are in the log, beside the sums of that minute.
package struct MinuteComparison: Sendable {
    package enum Subject: Sendable {
        /// A minute, counted from the Unix epoch.
        case minute(Int64)
        /// Events whose `timestamp` is no time.
        case unreadable(timestamp: String)
    }

    package let subject: Subject
    package let kinds: [SumComparison<MinuteKind>]

    /// The finished events of the minute that are in the log.
    package var events: Int64 { kinds.reduce(0) { $0 + $1.counted } }

    /// Where the next one is looked for.
    package let next: MinutePlace
}

extension VerificationRepository {
    /// The last minute that has events or sums; nil when none has.
    package func newestMinute() throws -> Int64? {
        let inLog = BoundStatement(
            database,
            "SELECT max(timestamp) FROM jetstream_activity INDEXED BY activity_timestamp"
        )
        let inSums = BoundStatement(database, "SELECT max(minute) FROM activity_minute")
        let text = try inLog.first { $0.optionalText(0) } ?? nil
        let logged = text.map { UTCTimestamp.microseconds($0).map(UTCTimestamp.minute) ?? .max }
        return try [logged, inSums.first { $0.optionalInt64(0) } ?? nil].compactMap(\.self).max()
    }

    /// Compares the sums of the next minute that has any, or has events.
    ///
    /// - Parameter place: Where to look: ``MinutePlace/start``, or ``MinuteComparison/next`` of the one before.
    /// - Returns: Nil at the end.
    /// - Throws: `DatabaseError`.
    package func nextMinute(from place: MinutePlace) throws -> MinuteComparison? {
        let inLog = BoundStatement(
            database,
            "SELECT min(timestamp) FROM jetstream_activity INDEXED BY activity_timestamp WHERE timestamp >= ?"
        )
        let inSums = BoundStatement(
            database,
            "SELECT min(minute) FROM activity_minute WHERE minute >= ? AND minute < \(Int64.max)"
        )
        let text = try inLog.first(place.timestamp) { $0.optionalText(0) } ?? nil
        let noted = try inSums.first(place.minute) { $0.optionalInt64(0) } ?? nil
        if let text, UTCTimestamp.microseconds(text) == nil {
            return MinuteComparison(
                subject: .unreadable(timestamp: text),
                kinds: [],
                next: MinutePlace(timestamp: text + "\0", minute: place.minute)
            )
        }
        let logged = text.flatMap(UTCTimestamp.microseconds).map(UTCTimestamp.minute)
        guard let minute = [logged, noted].compactMap(\.self).min() else { return nil }
        return try compare(minute, place)
    }

    private func compare(_ minute: Int64, _ place: MinutePlace) throws -> MinuteComparison {
        let (after, isLast) = minute.addingReportingOverflow(1)
        // Every minute is looked at in its turn; sums of minutes that no text can name stand after or before the log.
        let next = MinutePlace(
            timestamp: max(place.timestamp, MinutePlace.text(minute: isLast ? minute : after)),
            minute: isLast ? minute : after
        )
        var counted: [MinuteKind: Int64] = [:]
        let log = BoundStatement(
            database,
            """
            SELECT operation, status, count(*) FROM jetstream_activity INDEXED BY activity_timestamp
            WHERE timestamp >= ? AND timestamp < ? AND status <> 'processing' GROUP BY operation, status
            """
        )
        try log.walk([MinutePlace.text(minute: minute), next.timestamp]) { row in
            let status = ActivityStatus(rawValue: row.text(1)) ?? .error
            counted[MinuteKind(operation: row.text(0), status: status), default: 0] += row.int64(2)
            return true
        }
        let kinds = MinuteKind.allCases
        let columns = kinds.map(\.rawValue).joined(separator: ", ")
        let sums = BoundStatement(database, "SELECT \(columns) FROM activity_minute WHERE minute = ?")
        let noted = try sums.first(minute) { row in kinds.indices.map { row.int64(CInt($0)) } }
        return MinuteComparison(
            subject: .minute(minute),
            kinds: kinds.indices.map { index in
                SumComparison(key: kinds[index], counted: counted[kinds[index]] ?? 0, noted: noted?[index] ?? 0)
            },
            next: next
        )
    }
}
