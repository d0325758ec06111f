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
        /// Above this many rows the oldest go as well; nil for no limit.
        package var maximumRows: Int64?
        /// Above this many bytes of payload the oldest go as well; nil for no limit.
        package var maximumPayloadBytes: Int64?

        package init(receivedBeforeMicroseconds: Int64, maximumRows: Int64?, maximumPayloadBytes: Int64?) {
            self.receivedBeforeMicroseconds = receivedBeforeMicroseconds
            self.maximumRows = maximumRows
            self.maximumPayloadBytes = maximumPayloadBytes
        }

        /// The rows that have to go from a log as it stands.
        fileprivate func cut(_ store: Store) throws -> ActivityCut {
            try store.read { db in
                ActivityCut(
                    receivedBeforeMicroseconds: receivedBeforeMicroseconds,
                    maximumRows: maximumRows,
                    maximumPayloadBytes: maximumPayloadBytes,
                    of: try CounterRepository(db).totals()
                )
            }
        }
    }

    /// What went.
    package struct Result: Sendable, Equatable {
        package var deletedRows = 0
        package var deletedBytes: Int64 = 0

        package init() {}

        fileprivate mutating func add(_ deletion: ActivityDeletion) {
            deletedRows += deletion.deletedRows
            deletedBytes += deletion.deletedBytes
        }
    }

    /// The rows that one look of a count covers, so that none holds the write-ahead log for long.
    private static let rowsOfLook = 20_000

    /// The free pages that are left for what comes next while rows are deleted: 16 MiB.
    private static let freePagesBetween = 4_096

    private let store: Store
    private let giveWay: (Duration) async throws -> Void
    /// One for each kind of work: what is right for one makes a chunk of another take a second.
    private var rowPace = ChunkPace()
    private var tombstonePace = ChunkPace()
    private var pagePace = ChunkPace(first: 50)

    /// Makes a sweep.
    ///
    /// - Parameters:
    ///   - store: the database.
    ///   - giveWay: called after each chunk with the time that it took, and outside of any transaction: the writer's turn.
    package init(store: Store, giveWay: @escaping (Duration) async throws -> Void) {
        self.store = store
        self.giveWay = giveWay
    }

    /// Deletes by age, rows and bytes, and shrinks the file.
    package mutating func run(_ limits: Limits) async throws -> Result {
        let result = try await delete(limits)
        try await shrink()
        return result
    }

    /// Deletes by age, rows and bytes, and leaves the space for what comes next.
    package mutating func delete(_ limits: Limits) async throws -> Result {
        let cut = try limits.cut(store)
        return cut.isEmpty ? Result() : try await delete(cut)
    }

    /// Counts what ``run(_:)`` would delete now.
    ///
    /// - Parameters:
    ///   - limits: What would be to go.
    ///   - store: The database, perhaps only to be read.
    /// - Returns: What would go.
    /// - Throws: What SQLite says.
    package static func count(_ limits: Limits, in store: Store) throws -> Result {
        var cut = try limits.cut(store)
        var result = Result()
        var look = ActivityDeletion.none
        while !look.isComplete {
            look = try store.read { db in
                try ActivityRepository(db).countOldest(cut, after: look.lastID, limit: rowsOfLook)
            }
            cut = cut.rest(after: look)
            result.add(look)
        }
        return result
    }

    /// Deletes everything but `processing`, and shrinks the file.
    package mutating func deleteAll() async throws -> Result {
        let newest = try store.read { db in try ActivityRepository(db).newestID() }
        let result = try await delete(.everything(through: newest))
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
            let limit = tombstonePace.size
            let count = try await chunk(\.tombstonePace) { db in
                try TombstoneRepository(db).deleteExpired(receivedBefore: cutoff, limit: limit)
                    + AccountTombstoneRepository(db).deleteExpired(receivedBefore: cutoff, limit: limit)
            }
            deleted += count
            if count == 0 { return deleted }
        }
    }

    private mutating func delete(_ whole: ActivityCut) async throws -> Result {
        var cut = whole
        var result = Result()
        var deletion = ActivityDeletion.none
        while !deletion.isComplete {
            let (last, limit, now) = (deletion.lastID, rowPace.size, cut)
            deletion = try await chunk(\.rowPace) { db in
                try ActivityRepository(db).deleteOldest(now, after: last, limit: limit)
            }
            cut = cut.rest(after: deletion)
            result.add(deletion)
            try await shrink(to: ActivitySweep.freePagesBetween)
        }
        return result
    }

    /// Gives free pages back to the file system.
    ///
    /// For each page SQLite may search the whole list of free pages, so that many of them cost the square of their number:
    /// while rows are deleted the list is kept short.
    ///
    /// - Parameter most: How many may be left.
    /// - Throws: What SQLite says, or what giving way threw.
    package mutating func shrink(to most: Int = 0) async throws {
        var free = try store.read { db in try IncrementalVacuum.freePages(db) }
        while free > most {
            let pages = pagePace.size
            let remaining = try await chunk(\.pagePace) { db in try IncrementalVacuum.step(db, pages: pages) }
            // While the handler deletes as fast as this gives back, there is no end to reach.
            if remaining >= free { return }
            free = remaining
        }
    }

    /// One transaction of about 20 ms, and then the writer's turn.
    private mutating func chunk<Value>(
        _ pace: WritableKeyPath<ActivitySweep, ChunkPace>,
        _ work: (Database) throws -> Value
    ) async throws -> Value {
        let start = ContinuousClock.now
        let value = try store.write { db in
            let value = try work(db)
            CrashPoint.pass(.sweepDeleted)
            return value
        }
        CrashPoint.pass(.sweepCommitted)
        let took = ContinuousClock.now - start
        self[keyPath: pace].adjust(took)
        try await giveWay(took)
        return value
    }
}

/// How much a chunk of one kind of work holds, so that it takes about 20 ms on the machine at hand.
struct ChunkPace {
    private static let target: Duration = .milliseconds(20)
    private static let smallest = 10
    private static let largest = 5_000

    /// Rows to look at, or pages to give back.
    private(set) var size: Int

    init(first: Int = 200) { size = first }

    mutating func adjust(_ took: Duration) {
        let factor = took <= .zero ? 2 : min(2, max(0.5, ChunkPace.target / took))
        size = min(ChunkPace.largest, max(ChunkPace.smallest, Int(Double(size) * factor)))
    }
}
