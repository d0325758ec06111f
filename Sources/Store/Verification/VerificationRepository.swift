package import GRDB

/// Counts anew what the sums count, and finds rows that do not fit one another.
///
/// Everything here is for `windsock verify`. What walks a table takes a bounded part of it; what counts one reads an index
/// of it whole, which is the one price at which a sum can be compared exactly while a daemon changes it.
package struct VerificationRepository {
    let database: Database

    package init(_ database: Database) {
        self.database = database
    }

    /// How many events of each status are in the log, counted along its indexes.
    ///
    /// - Returns: The numbers; an event that is `processing` before ``inboxFrom()`` is taken for a `success`.
    /// - Throws: `DatabaseError`.
    package func logCounts() throws -> [ActivityStatus: Int64] {
        let all = BoundStatement(database, "SELECT count(*) FROM jetstream_activity INDEXED BY activity_timestamp")
        let failed = BoundStatement(
            database,
            """
            SELECT status, count(*) FROM jetstream_activity INDEXED BY activity_failed
            WHERE status <> 'success' AND status <> 'processing' GROUP BY status
            """
        )
        let processing = BoundStatement(
            database,
            """
            SELECT count(*) FROM jetstream_activity NOT INDEXED
            WHERE id >= \(ActivityRepository.inboxFrom) AND status = 'processing'
            """
        )
        var counts: [ActivityStatus: Int64] = [.processing: try processing.first { $0.int64(0) } ?? 0]
        try failed.walk([]) { row in
            if let status = ActivityStatus(rawValue: row.text(0)) { counts[status] = row.int64(1) }
            return true
        }
        counts[.success] = (try all.first { $0.int64(0) } ?? 0) - counts.values.reduce(0, +)
        return counts
    }

    /// The id before which no event may be `processing`; 0 before the first event.
    package func inboxFrom() throws -> Int64 {
        try CounterRepository(database).value(CounterName.inboxFrom)
    }

    /// Compares the number of the next collection's records with its sum.
    ///
    /// - Parameter collection: The collection before; nil for the first.
    /// - Returns: Nil when there is none after it, neither with records nor with a sum.
    /// - Throws: `DatabaseError`.
    package func nextCollection(after collection: String?) throws -> SumComparison<String>? {
        let isLater = collection == nil ? ">= ''" : "> ?1"
        let next = BoundStatement(
            database,
            """
            SELECT min(name) FROM (
                SELECT min(collection) AS name FROM record INDEXED BY record_key WHERE collection \(isLater)
                UNION ALL SELECT min(collection) FROM record_count WHERE collection \(isLater)
            )
            """
        )
        var name: String?
        try next.walk(collection.map { [$0] } ?? []) { row in
            name = row.optionalText(0)
            return false
        }
        guard let name else { return nil }
        let counted = BoundStatement(
            database,
            "SELECT count(*) FROM record INDEXED BY record_key WHERE collection = ?"
        )
        let noted = BoundStatement(database, "SELECT records FROM record_count WHERE collection = ?")
        return SumComparison(
            key: name,
            counted: try counted.first(name) { $0.int64(0) } ?? 0,
            noted: try noted.first(name) { $0.int64(0) } ?? 0
        )
    }

    /// Compares the numbers of the accounts that are hidden, and of those that need a resync, with their sums.
    package func accounts() throws -> [SumComparison<String>] {
        let sums = try ActorRepository(database).counts()
        let hidden = BoundStatement(database, "SELECT count(*) FROM actor INDEXED BY actor_marked WHERE hidden = 1")
        let resync = BoundStatement(
            database,
            "SELECT count(*) FROM actor INDEXED BY actor_marked WHERE resync_rev IS NOT NULL"
        )
        return [
            SumComparison(key: "are hidden", counted: try hidden.first { $0.int64(0) } ?? 0, noted: sums.hidden),
            SumComparison(
                key: "need a resync",
                counted: try resync.first { $0.int64(0) } ?? 0,
                noted: sums.needingResync
            ),
        ]
    }

    /// Compares the numbers of all gaps and of the filled ones with their sums.
    package func gaps() throws -> [SumComparison<String>] {
        let counters = CounterRepository(database)
        return try [("all", "count(*)", CounterName.gaps), ("filled", "count(healed_at)", CounterName.healedGaps)]
            .map { key, count, name in
                SumComparison(
                    key: key,
                    counted: try BoundStatement(database, "SELECT \(count) FROM gap").first { $0.int64(0) } ?? 0,
                    noted: try counters.value(name)
                )
            }
    }

    /// What SQLite says of the file, up to some lines, and of the references between its tables.
    ///
    /// https://www.sqlite.org/pragma.html#pragma_integrity_check
    ///
    /// - Parameter limit: How many lines of each at most.
    /// - Returns: What is wrong; nothing when all is well.
    /// - Throws: `DatabaseError`.
    package func fileProblems(limit: Int) throws -> [String] {
        let integrity = try BoundStatement(database, "PRAGMA integrity_check(\(limit))").all { $0.text(0) }
        // Lines about the pages come in one text, under the database's name.
        var problems = integrity.flatMap { $0.split(separator: "\n").map(String.init) }
            .filter { $0 != "ok" && !$0.hasPrefix("***") }
        try BoundStatement(database, "PRAGMA foreign_key_check").walk([]) { row in
            problems.append("\(row.text(0)) \(row.int64(1)) refers to no \(row.text(2))")
            return problems.count < limit * 2
        }
        return problems
    }
}

/// A sum beside what was counted for it, both of one state of the database.
package struct SumComparison<Key: Sendable>: Sendable {
    package let key: Key

    /// What the table holds.
    package let counted: Int64

    /// What the sum says.
    package let noted: Int64

    /// The sum less what the table holds: 0, or there is a fault.
    package var difference: Int64 { noted - counted }
}
