import GRDB
package import Jetstream
package import Store
import Texts

/// Erases a person: records, tombstones, events and actor, in chunks of a bounded time, also while a daemon runs.
///
/// It begins with one transaction that keeps the person's events up to now from coming in, or back; all that is erased
/// afterwards can only become less. Interrupted, it is begun again.
package struct PersonErasure {
    /// Rows that one look at a table without an index of persons covers: some 20 ms.
    private static let examinedRows = 20_000
    /// Between two looks at what another process does, a daemon or a reader, which tells nobody when it is done.
    private static let pause: Duration = .milliseconds(20)

    private let store: Store
    private let did: String
    private let clock: WallClock
    private let patience: Duration
    private let giveWay: (Duration) async throws -> Void
    private var pace = ChunkPace()
    private var result = Result()

    /// - Parameters:
    ///   - did: the person.
    ///   - store: the database.
    ///   - clock: tells up to when events are kept away.
    ///   - patience: how long is waited for a daemon that has events in hand, and for readers of the write-ahead log.
    ///   - giveWay: called after each chunk with the time that it took, and outside of any transaction: the writer's turn.
    package init(
        _ did: String,
        store: Store,
        clock: WallClock = .system,
        patience: Duration = .seconds(10),
        giveWay: @escaping (Duration) async throws -> Void
    ) {
        self.did = did
        self.store = store
        self.clock = clock
        self.patience = patience
        self.giveWay = giveWay
    }

    /// Counts what would be erased, and changes nothing.
    package mutating func count() throws -> Result {
        let (actor, last) = try store.read { db in
            (try ActorRepository(db).find(did), try ActivityRepository(db).newestID())
        }
        result.knewAccount = actor != nil
        (result.records, _) = try survey(actor)
        var place: TombstonePlace?
        repeat {
            // No revision is greater.
            let (found, end) = try tombstones(after: place, throughRev: TID(lastAt: .max).text)
            result.tombstones += found.count
            place = end
        } while place != nil
        try walkEvents(through: last) { erasure, ids, bytes in
            erasure.result.events += ids.count
            erasure.result.payloadBytes += bytes
        }
        return result
    }

    /// Erases the person.
    ///
    /// - Parameter isBlocked: whether later events are kept away as well.
    /// - Returns: what was erased, and whether all was.
    /// - Throws: what SQLite says, or what giving way threw; what was erased until then stays so.
    package mutating func run(isBlocked: Bool) async throws -> Result {
        let actor = try store.read { db in try ActorRepository(db).find(did) }
        let (_, greatestRev) = try survey(actor)
        let start = try begin(isBlocked: isBlocked, greatestRev: greatestRev)
        if let actor = start.actor { try await removeRecords(of: actor, throughRev: start.rev) }
        try await removeTombstones(throughRev: start.rev)
        try await removeEvents(through: start.lastID)
        if let actor = start.actor { _ = try store.write { db in try ActorRepository(db).removeIfEmpty(actor) } }
        var sweep = ActivitySweep(store: store, giveWay: giveWay)
        try await sweep.shrink()
        try await emptyLog(isBlocked: isBlocked)
        return result
    }
}

/// The first transaction.
extension PersonErasure {
    private struct Start {
        var actor: Int64?
        /// Commits up to it go, and do not come back.
        var rev: String
        /// The newest event that goes; later ones are of after the forgetting.
        var lastID: Int64
    }

    private mutating func begin(isBlocked: Bool, greatestRev: String) throws -> Start {
        let now = clock.now()
        // A repository's clock may be ahead of ours.
        let rev = max(TID(lastAt: now).text, greatestRev)
        let (start, knewAccount) = try store.write { db in
            let forgotten = ForgottenRepository(db)
            let salt = try forgotten.salt(orSet: PersonHash.newSalt())
            let forgetting = Forgetting(forgottenAtMicroseconds: now, throughRev: rev, isBlocked: isBlocked)
            try forgotten.put(hash(salt), forgetting)
            let actors = ActorRepository(db)
            let actor = try actors.find(did)
            if let actor { try actors.empty(actor, throughRev: rev, indexedAt: UTCTimestamp.text(microseconds: now)) }
            let hadWord = try AccountTombstoneRepository(db).erase(did, throughMicroseconds: now)
            let last = try ActivityRepository(db).newestID()
            return (Start(actor: actor?.id, rev: rev, lastID: last), actor != nil || hadWord)
        }
        result.knewAccount = knewAccount
        return start
    }

    private func hash(_ salt: String) -> String {
        let texts = TextArena()
        return withExtendedLifetime(texts) { PersonHash.of(texts.add(did), salt: salt) }
    }

    /// How many records there are, and the greatest of their revisions.
    private func survey(_ actor: ActorEntry?) throws -> (records: Int, greatestRev: String) {
        guard let actor else { return (0, "") }
        var records = 0
        var greatestRev = ""
        var last: Int64 = 0
        while true {
            let found = try store.read { db in
                try RecordRepository(db).survey(actor: actor.id, afterID: last, limit: PersonErasure.examinedRows)
            }
            guard found.records > 0 else { return (records, greatestRev) }
            records += found.records
            greatestRev = max(greatestRev, found.greatestRev)
            last = found.lastID
        }
    }
}

/// The chunks.
extension PersonErasure {
    private mutating func removeRecords(of actor: Int64, throughRev rev: String) async throws {
        var last: Int64 = 0
        while true {
            let limit = pace.size
            let purge = try await chunk { db in
                try RecordRepository(db).purge(actor: actor, throughRev: rev, afterID: last, limit: limit)
            }
            result.records += Int(purge.removedByCollection.values.reduce(0, +))
            last = purge.lastID
            if purge.isComplete { return }
        }
    }

    private mutating func removeTombstones(throughRev rev: String) async throws {
        var place: TombstonePlace?
        repeat {
            let (found, end) = try tombstones(after: place, throughRev: rev)
            var rest = found[...]
            while !rest.isEmpty {
                let part = rest.prefix(pace.size)
                rest = rest.dropFirst(part.count)
                result.tombstones += try await chunk { db in
                    try TombstoneRepository(db).remove(part, throughRev: rev)
                }
            }
            place = end
        } while place != nil
    }

    private func tombstones(
        after place: TombstonePlace?,
        throughRev rev: String
    ) throws -> (found: [TombstonePlace], last: TombstonePlace?) {
        try store.read { db in
            try TombstoneRepository(db)
                .find(did: did, throughRev: rev, after: place, limit: PersonErasure.examinedRows)
        }
    }

    private mutating func removeEvents(through last: Int64) async throws {
        var found: [Int64] = []
        try walkEvents(through: last) { _, ids, _ in found += ids }
        try await remove(found)
        try await removeOpenEvents(through: last)
    }

    private mutating func remove(_ ids: [Int64]) async throws {
        var rest = ids[...]
        while !rest.isEmpty {
            let part = rest.prefix(pace.size)
            rest = rest.dropFirst(part.count)
            let deletion = try await chunk { db in try ActivityRepository(db).delete(part) }
            result.events += deletion.deletedRows
            result.payloadBytes += deletion.deletedBytes
        }
    }

    /// Looks along the log for the person's events.
    private mutating func walkEvents(
        through last: Int64,
        _ visit: (inout PersonErasure, [Int64], Int64) throws -> Void
    ) throws {
        guard var first = try store.read({ db in try ActivityRepository(db).oldestID() }) else { return }
        while first <= last {
            let end = min(last, first + Int64(PersonErasure.examinedRows) - 1)
            let range = first...end
            let (ids, bytes) = try store.read { db in try ActivityRepository(db).find(did: did, in: range) }
            try visit(&self, ids, bytes)
            first = end + 1
        }
    }

    /// One transaction of about 20 ms, and then the writer's turn.
    private mutating func chunk<Value>(_ work: (Database) throws -> Value) async throws -> Value {
        let start = ContinuousClock.now
        let value = try store.write(work)
        let took = ContinuousClock.now - start
        pace.adjust(took)
        try await giveWay(took)
        return value
    }
}

/// What a daemon has in hand, and the end.
extension PersonErasure {
    /// Waits for the daemon to end what it had logged before the first transaction; without a daemon does so itself.
    private mutating func removeOpenEvents(through last: Int64) async throws {
        let deadline = ContinuousClock.now + patience
        var ended: Set<Int64> = []
        while true {
            let open = try store.read { db in try ActivityRepository(db).processing(did: did, through: last) }
            ended.formUnion(open)
            result.openEvents = open.count
            if open.isEmpty || (ContinuousClock.now >= deadline) { break }
            if try !end(open) { try await Task.sleep(for: PersonErasure.pause) }
        }
        try await remove(ended.sorted())
    }

    /// Ends events as recovery would, unless a daemon runs, who has them in hand: nobody else may change them then.
    private func end(_ ids: [Int64]) throws -> Bool {
        guard try DatabaseLock.holder(ofDatabaseAt: store.path) == nil else { return false }
        do {
            let lock = try DatabaseLock(databaseAt: store.path)
            return try withExtendedLifetime(lock) {
                try store.write { db in
                    let rows = try ids.compactMap { try ActivityRepository(db).entry($0) }
                    _ = try RowApplier(store: store, emptiesPayloads: false, clock: clock)
                        .apply(rows.filter { $0.status == .processing }, db)
                    return true
                }
            }
        } catch is DatabaseLock.Held {
            return false
        }
    }

    /// Empties the write-ahead log, and writes the audit.
    ///
    /// The audit goes into an empty log where that can be had: it makes the daemon read its pages again, which as the
    /// file has them are clean, while those in its memory may hold bytes of before.
    private mutating func emptyLog(isBlocked: Bool) async throws {
        let deadline = ContinuousClock.now + patience
        var isAudited = false
        while true {
            let isEmpty = try store.emptyLog()
            let isLate = ContinuousClock.now >= deadline
            if isAudited, isEmpty || isLate {
                result.isLogEmptied = isEmpty
                return
            }
            if !isAudited, isEmpty || isLate { isAudited = try audit(isBlocked, intoEmptyLog: !isLate) }
            if !isEmpty { try await Task.sleep(for: PersonErasure.pause) }
        }
    }

    private func audit(_ isBlocked: Bool, intoEmptyLog: Bool) throws -> Bool {
        let counts =
            #"{"blocked":\#(isBlocked ? 1 : 0),"events":\#(result.events),"records":\#(result.records),"#
            + #""tombstones":\#(result.tombstones)}"#
        return try store.write { db in
            if intoEmptyLog, store.fileSizes().walBytes > 0 { return false }
            try AuditRepository(db).add("forget", counts: counts, atMicroseconds: clock.now())
            return true
        }
    }
}
