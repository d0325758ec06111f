/// The statements that walk the log for a filter, newest first, along the index that fits it best.
///
/// Their columns are the id, the timestamp and whether the row matches what the index does not cover. The index is named
/// in the statement, so that no statistics can lead the planner to another one; the few rows that are `processing` have
/// none, and are sorted. After a cursor there are two of them:
/// the rest of the events of the cursor's time, then the earlier ones; as one row-value comparison SQLite would walk all
/// events of that time again for every page.
struct ActivityWalk {
    struct Part {
        let sql: String
        let arguments: [any StatementArgument]
    }

    let parts: [Part]

    init(_ filter: ActivityFilter, after cursor: ActivityCursor?) {
        let path = Path(filter)
        var residue = Terms()
        var range = Terms()
        switch path {
        case .inbox:
            range.add("id >= \(ActivityRepository.inboxFrom) AND status = ?", filter.status?.rawValue)
            residue.add("collection = ?", filter.collection)
        case .failed:
            // A partial index is used only when its own condition is among the terms.
            range.add("status <> 'success' AND status <> 'processing' AND status = ?", filter.status?.rawValue)
            residue.add("collection = ?", filter.collection)
        case .collection:
            range.add("collection = ?", filter.collection)
            residue.add("status = ?", filter.status?.rawValue)
        case .timestamp:
            residue.add("status = ?", filter.status?.rawValue)
        }
        residue.add("operation = ?", filter.operation)
        residue.add("did = ?", filter.did)
        residue.add("error_class = ?", filter.errorClass?.rawValue)
        let ranges = Self.ranges(range, filter, after: cursor)
        parts = ranges.map { range in
            Part(
                sql: """
                    SELECT id, timestamp, \(residue.sql) FROM jetstream_activity \(path.rawValue)
                    WHERE \(range.sql) ORDER BY timestamp DESC, id DESC
                    """,
                arguments: residue.arguments + range.arguments
            )
        }
    }

    private static func ranges(_ start: Terms, _ filter: ActivityFilter, after cursor: ActivityCursor?) -> [Terms] {
        let since = filter.sinceTimestamp
        var all = start
        all.add("timestamp >= ?", since)
        // A cursor that is not before the end has nothing to say.
        guard let cursor, filter.untilTimestamp.map({ cursor.timestamp < $0 }) ?? true else {
            all.add("timestamp < ?", filter.untilTimestamp)
            return [all]
        }
        var sameTime = start
        sameTime.add("timestamp = ?", cursor.timestamp)
        sameTime.add("id < ?", cursor.id)
        all.add("timestamp < ?", cursor.timestamp)
        return cursor.timestamp < since ? [] : [sameTime, all]
    }
}

/// The index that a filter is answered from.
private enum Path: String {
    case inbox = "NOT INDEXED"
    case failed = "INDEXED BY activity_failed"
    case collection = "INDEXED BY activity_collection"
    case timestamp = "INDEXED BY activity_timestamp"

    init(_ filter: ActivityFilter) {
        switch filter.status {
        case .processing: self = .inbox
        case .error, .validationError: self = .failed
        case .success, nil: self = filter.collection == nil ? .timestamp : .collection
        }
    }
}

/// Conditions that all have to hold, with the values of their parameters.
private struct Terms {
    private var conditions: [String] = []
    private(set) var arguments: [any StatementArgument] = []

    var sql: String { conditions.isEmpty ? "1" : conditions.joined(separator: " AND ") }

    /// Adds a condition, unless its value is nil.
    mutating func add(_ condition: String, _ value: (some StatementArgument)?) {
        guard let value else { return }
        conditions.append(condition)
        arguments.append(value)
    }
}
