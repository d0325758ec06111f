import GRDB
package import Store

/// Deletes old activity in chunks of a bounded time, and gives the space back to the file system.
///
/// Shared by the daemon's timer and the commands, so that both delete in the same way.
package struct ActivitySweep {
    /// What is to go.
    package struct Limits: Sendable, Equatable {
        /// Rows received before this moment go, in microseconds since the Unix epoch.
        package var receivedBeforeMicroseconds: Int64
        /// Above this many bytes of payload the oldest go as well; nil for no limit.
        package var maximumPayloadBytes: Int64?

        package init(receivedBeforeMicroseconds: Int64, maximumPayloadBytes: Int64?) {
            self.receivedBeforeMicroseconds = receivedBeforeMicroseconds
            self.maximumPayloadBytes = maximumPayloadBytes
        }
    }

    /// What went.
    package struct Result: Sendable, Equatable {
        package var deletedRows = 0
        package var deletedBytes: Int64 = 0

        package init() {}
    }

    private let store: Store
    private let giveWay: (Duration) async throws -> Void
    private var pace = ChunkPace()

    /// Makes a sweep.
    ///
    /// - Parameters:
    ///   - store: the database.
    ///   - giveWay: called after each chunk with the time that it took, and outside of any transaction: the writer's turn.
    package init(store: Store, giveWay: @escaping (Duration) async throws -> Void) {
        self.store = store
        self.giveWay = giveWay
    }

    /// Deletes by age, then by bytes, and shrinks the file.
    package mutating func run(_ limits: Limits) async throws -> Result {
        var result = Result()
        try await deleteOld(limits.receivedBeforeMicroseconds, &result)
        if let maximum = limits.maximumPayloadBytes { try await deleteExcess(maximum, &result) }
        try await shrink()
        return result
    }

    /// Deletes the oldest until their payloads fit a limit; the space is left for what comes next.
    package mutating func deleteExcess(overPayloadBytes maximum: Int64) async throws -> Result {
        var result = Result()
        try await deleteExcess(maximum, &result)
        return result
    }

    /// Deletes everything but `processing`, and shrinks the file.
    package mutating func deleteAll() async throws -> Result {
        var result = Result()
        let newest = try store.read { db in try ActivityRepository(db).newestID() }
        try await deleteChunks(&result) { repository, last, limit in
            try repository.deleteChunk(after: last, through: newest, limit: limit)
        }
        try await shrink()
        return result
    }

    /// Deletes tombstones that nothing can need any more.
    ///
    /// - Parameter cutoffMicroseconds: those received before go, unless an open row of the log is older still.
    /// - Returns: how many went.
    /// - Throws: what SQLite says, or what giving way threw.
    package mutating func deleteTombstones(receivedBefore cutoffMicroseconds: Int64) async throws -> Int {
        let oldestOpen = try store.read { db in
            try ActivityRepository(db).oldestOpenTimestamp().flatMap(UTCTimestamp.microseconds)
        }
        let cutoff = min(cutoffMicroseconds, oldestOpen ?? .max)
        var deleted = 0
        while true {
            let limit = pace.rows
            let count = try await chunk { db in
                try TombstoneRepository(db).deleteExpired(receivedBefore: cutoff, limit: limit)
                    + AccountTombstoneRepository(db).deleteExpired(receivedBefore: cutoff, limit: limit)
            }
            deleted += count
            if count == 0 { return deleted }
        }
    }

    private mutating func deleteOld(_ cutoff: Int64, _ result: inout Result) async throws {
        try await deleteChunks(&result) { repository, last, limit in
            try repository.deleteOldest(receivedBefore: cutoff, after: last, limit: limit)
        }
    }

    private mutating func deleteExcess(_ maximum: Int64, _ result: inout Result) async throws {
        let bytes = try store.read { db in try CounterRepository(db).totals().payloadBytes }
        guard bytes > maximum else { return }
        // A little more, so that a log at its limit is not cut at every tick.
        var excess = bytes - maximum + maximum / 100
        try await deleteChunks(&result) { repository, last, limit in
            var deletion = try repository.deleteOldest(payloadBytes: excess, after: last, limit: limit)
            excess -= deletion.deletedBytes
            if excess <= 0 { deletion.isComplete = true }
            return deletion
        }
    }

    private mutating func deleteChunks(
        _ result: inout Result,
        _ delete: (ActivityRepository, Int64, Int) throws -> ActivityDeletion
    ) async throws {
        var last: Int64 = 0
        while true {
            let limit = pace.rows
            let deletion = try await chunk { db in try delete(ActivityRepository(db), last, limit) }
            result.deletedRows += deletion.deletedRows
            result.deletedBytes += deletion.deletedBytes
            last = deletion.lastID
            if deletion.isComplete { return }
        }
    }

    /// Gives free pages back to the file system.
    package mutating func shrink() async throws {
        var free = try store.read { db in try IncrementalVacuum.freePages(db) }
        while free > 0 {
            let pages = pace.pages
            let remaining = try await chunk { db in try IncrementalVacuum.step(db, pages: pages) }
            // While the handler deletes as fast as this gives back, there is no end to reach.
            if remaining >= free { return }
            free = remaining
        }
    }

    /// One transaction of about 20 ms, and then the writer's turn.
    private mutating func chunk<Value>(_ work: (Database) throws -> Value) async throws -> Value {
        let start = ContinuousClock.now
        let value = try store.write { db in
            let value = try work(db)
            CrashPoint.pass(.sweepDeleted)
            return value
        }
        CrashPoint.pass(.sweepCommitted)
        let took = ContinuousClock.now - start
        pace.adjust(took)
        try await giveWay(took)
        return value
    }
}

/// How much a chunk holds, so that it takes about 20 ms on the machine at hand.
struct ChunkPace {
    private static let target: Duration = .milliseconds(20)
    private static let smallest = 20
    private static let largest = 5_000

    private(set) var rows = 200

    /// Pages of the file to give back; moving one costs about as much as deleting two rows.
    var pages: Int { max(ChunkPace.smallest / 2, rows / 2) }

    mutating func adjust(_ took: Duration) {
        let factor = took <= .zero ? 2 : min(2, max(0.5, ChunkPace.target / took))
        rows = min(ChunkPace.largest, max(ChunkPace.smallest, Int(Double(rows) * factor)))
    }
}
