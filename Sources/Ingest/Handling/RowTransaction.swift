import GRDB
import Jetstream
import Store
import Texts

/// Applies rows of the log from their own payload, within one transaction.
struct RowTransaction {
    /// What is the same for all rows.
    struct Rules {
        /// Whether the payload of a success is emptied.
        var emptiesPayloads: Bool
        var clock: WallClock
        /// Nil leaves compressed payloads alone: what was just logged is applied as it would have been at once.
        var unpacker: MessageUnpacker?
    }

    private let rules: Rules
    private let db: Database
    private let applier: EventApplier
    private let activity: ActivityRepository
    private let decoder: EventDecoder
    private let texts = TextArena()
    private var directory = ActorDirectory()
    private var changes = CounterChanges()

    init(_ rules: Rules, decoder: EventDecoder, _ db: Database) {
        self.rules = rules
        self.decoder = decoder
        self.db = db
        applier = EventApplier(db)
        activity = ActivityRepository(db)
    }

    static func duplicateMessage(of id: Int64) -> String { "Skipped: duplicate of event \(id)" }

    /// Applies a row and sets its status.
    ///
    /// - Returns: how it ended.
    /// - Throws: faults of the machine.
    mutating func apply(_ row: ActivityEntry) throws -> EventApplier.Outcome {
        try withExtendedLifetime(texts) {
            switch try rules.unpacker?.unpack(row) {
            case .text(let text):
                try activity.replacePayload(row.id, by: text)
                changes.emptied(bytes: Int64(row.payload.count - text.count))
                return try applyPayload(row.with(text: text))
            case .failed(let reason): return try applyPayload(row, unpacking: reason)
            case .asItWas, nil: return try applyPayload(row)
            }
        }
    }

    /// Ends a row without applying it.
    mutating func end(_ row: ActivityEntry, _ outcome: EventApplier.Outcome) throws {
        try end(row, outcome, as: row.counted)
    }

    /// Writes what the rows changed in the sums; to be called once, at the end.
    func writeCounters() throws { try changes.apply(db) }

    /// Applies a row; `failure` says why its message could not be decompressed, where that was tried.
    private mutating func applyPayload(
        _ row: ActivityEntry,
        unpacking failure: ZstdError? = nil
    ) throws -> EventApplier.Outcome {
        try row.payload.withUnsafeBytes { bytes in
            let message = MessageBatch.Message(
                bytes: bytes,
                isText: row.payloadIsText,
                receivedAtMicroseconds: row.receivedAtMicroseconds
            )
            let draft = EventDraft(message, decoder: decoder, texts: texts)
            // What could not be read when it was logged is filed under what is read now.
            if !draft.isFiled(as: row, texts) {
                if let other = try activity.find(draft.key), other != row.id {
                    let outcome = EventApplier.Outcome.skipped(RowTransaction.duplicateMessage(of: other))
                    try end(row, outcome)
                    return outcome
                }
                try activity.file(row.id, under: draft.key)
            }
            var outcome = try applyEffects(draft, bytes)
            if let failure, let message = outcome.message { outcome.message = "\(message): \(failure)" }
            let minute = UTCTimestamp.minute(draft.timestampMicroseconds)
            let counted = CountedEvent(minute: minute, operation: String(draft.operation), status: outcome.status)
            try end(row, outcome, as: counted)
            return outcome
        }
    }

    /// Applies an event in a savepoint of its own, so that a bad one leaves nothing behind.
    private mutating func applyEffects(
        _ draft: EventDraft,
        _ bytes: UnsafeRawBufferPointer
    ) throws -> EventApplier.Outcome {
        let before = changes
        var outcome = EventApplier.Outcome.success
        do {
            try db.inSavepoint {
                outcome = try applier.apply(draft, bytes, &directory, &changes)
                return .commit
            }
            return outcome
        } catch let error where FaultKind(of: error) == .event {
            directory.forgetAll()
            changes = before
            return .refused(error)
        }
    }

    private mutating func end(
        _ row: ActivityEntry,
        _ outcome: EventApplier.Outcome,
        as counted: CountedEvent
    ) throws {
        let failure = outcome.failure(afterAttempts: row.attempts, nowMicroseconds: rules.clock.now())
        if row.status == .processing, failure == nil {
            try activity.updateStatus(row.id, outcome.status, message: outcome.message)
        } else {
            try activity.end(row.id, outcome.status, message: outcome.message, failure: failure)
        }
        if rules.emptiesPayloads, outcome.status == .success {
            try activity.replacePayload(row.id, by: [])
            changes.emptied(bytes: Int64(row.payload.count))
        }
        var ended = counted
        ended.status = outcome.status
        changes.moved(from: row.counted, to: ended)
    }
}

extension ActivityEntry {
    /// As what the sums count it.
    fileprivate var counted: CountedEvent {
        let minute = UTCTimestamp.microseconds(timestamp).map { UTCTimestamp.minute($0) } ?? 0
        return CountedEvent(minute: minute, operation: operation, status: status)
    }
}

extension EventDraft {
    fileprivate var key: ActivityKey {
        ActivityKey(
            timestamp: timestamp,
            operation: operation,
            collection: collection,
            did: did,
            rkey: rkey,
            rev: rev,
            cid: cid
        )
    }

    /// Whether the row has the columns that the message tells.
    fileprivate func isFiled(as row: ActivityEntry, _ texts: TextArena) -> Bool {
        let told = [rev, did, collection, rkey, operation, cid, timestamp]
        let stored = [row.rev, row.did, row.collection, row.rkey, row.operation, row.cid, row.timestamp]
        return zip(told, stored).allSatisfy { told, stored in told == texts.add(stored) }
    }
}
