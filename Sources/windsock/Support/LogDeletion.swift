import Jetstream
import Store

/// Deletes a part of the log in chunks that leave room for a running daemon, and gives the space back.
struct LogDeletion {
    /// What a deletion came to.
    struct Outcome {
        var rows: Int64 = 0
        var payloadBytes: Int64 = 0

        /// One line, with the sizes of the file before and after.
        func words(from before: Int64, to after: Int64) -> String {
            let file =
                before == after
                ? "the file stays at \(Words.bytes(after))"
                : "the file went from \(Words.bytes(before)) to \(Words.bytes(after))"
            return "deleted \(Words.count(rows, "event")) (\(Words.bytes(payloadBytes)) of messages); \(file)"
        }
    }

    /// What a chunk may take: a daemon that waits for it stays well inside its commit interval.
    private static let chunkMicroseconds: Int64 = 20_000
    private static let rows = 50...10_000
    private static let firstRows = 500

    /// Pages of 16 KiB that are given back in one go: 4 MiB.
    private static let vacuumPages = 256

    /// Longer than SQLite's waits for a lock are at first, so that a daemon gets its turn.
    private static let pause: Duration = .milliseconds(30)

    private let store: Store

    init(_ store: Store) {
        self.store = store
    }

    /// Deletes until `chunk` says that it is complete, then gives the free pages back to the file system.
    ///
    /// - Parameter chunk: Deletes the next rows after an id, so many at most.
    /// - Returns: What was deleted.
    /// - Throws: What the database says; what was deleted until then stays deleted.
    func run(_ chunk: (ActivityRepository, Int64, Int) throws -> ActivityDeletion) async throws -> Outcome {
        var outcome = Outcome()
        var limit = LogDeletion.firstRows
        var id: Int64 = 0
        while true {
            let start = WallClock.system.now()
            let deletion = try store.write { try chunk(ActivityRepository($0), id, limit) }
            outcome.rows += Int64(deletion.deletedRows)
            outcome.payloadBytes += deletion.deletedBytes
            id = deletion.lastID
            if deletion.isComplete { break }
            limit = LogDeletion.nextLimit(limit, took: WallClock.system.now() - start)
            try await Task.sleep(for: LogDeletion.pause)
        }
        try await giveBack()
        return outcome
    }

    /// The rows of the next chunk, by what the last one took.
    static func nextLimit(_ limit: Int, took microseconds: Int64) -> Int {
        let next =
            microseconds > chunkMicroseconds ? limit / 2 : microseconds < chunkMicroseconds / 2 ? limit * 2 : limit
        return min(max(next, rows.lowerBound), rows.upperBound)
    }

    private func giveBack() async throws {
        var free = try store.read { try IncrementalVacuum.freePages($0) }
        while free > 0 {
            let left = try store.writeWithoutTransaction { database in
                try IncrementalVacuum.step(database, pages: LogDeletion.vacuumPages)
            }
            // A daemon that frees pages at the same time would otherwise keep this going.
            guard left < free else { break }
            free = left
            try await Task.sleep(for: LogDeletion.pause)
        }
        try store.checkpoint()
    }
}
