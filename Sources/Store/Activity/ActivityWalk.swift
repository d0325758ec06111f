/// The statement that walks the log for a filter, newest first, along the index that fits it best.
///
/// Its columns are the id, the timestamp and whether the row matches what the index does not cover. The index is named
/// in the statement, so that no statistics can lead the planner to another one.
struct ActivityWalk {
    let sql: String
    let arguments: [any StatementArgument]

    init(_ filter: ActivityFilter, after cursor: ActivityCursor?) {
        let path = Path(filter)
        var residue = Terms()
        var range = Terms()
        switch path {
        case .status:
            // A partial index is used only when its own condition is among the terms.
            range.add("status <> 'success' AND status = ?", filter.status?.rawValue)
            residue.add("collection = ?", filter.collection)
        case .collection:
            range.add("collection = ?", filter.collection)
            residue.add("status = ?", filter.status?.rawValue)
        case .timestamp:
            residue.add("status = ?", filter.status?.rawValue)
        }
        residue.add("operation = ?", filter.operation)
        residue.add("did = ?", filter.did)
        range.add("timestamp >= ?", filter.sinceTimestamp)
        if let cursor {
            range.add("(timestamp, id) < (?, ?)", cursor.timestamp, cursor.id)
        }

        sql = """
            SELECT id, timestamp, \(residue.sql) FROM jetstream_activity INDEXED BY \(path.rawValue)
            WHERE \(range.sql) ORDER BY timestamp DESC, id DESC
            """
        arguments = residue.arguments + range.arguments
    }
}

/// The index that a filter is answered from.
private enum Path: String {
    case status = "activity_open"
    case collection = "activity_collection"
    case timestamp = "activity_timestamp"

    init(_ filter: ActivityFilter) {
        if let status = filter.status, status != .success {
            self = .status
        } else {
            self = filter.collection == nil ? .timestamp : .collection
        }
    }
}

/// Conditions that all have to hold, with the values of their parameters.
private struct Terms {
    private var conditions: [String] = []
    private(set) var arguments: [any StatementArgument] = []

    var sql: String { conditions.isEmpty ? "1" : conditions.joined(separator: " AND ") }

    /// Adds a condition, unless its value is nil.
    mutating func add(_ condition: String, _ value: String?) {
        guard let value else { return }
        conditions.append(condition)
        arguments.append(value)
    }

    mutating func add(_ condition: String, _ first: String, _ second: Int64) {
        conditions.append(condition)
        arguments += [first, second]
    }
}
