import GRDB
import Jetstream
import Store

/// Commit 1: a batch into the log as `processing`, under its unique keys, with the position that covers it
/// (invariants 1, 2).
struct InboxLog {
    /// A row that commit 1 made.
    struct Row {
        var id: Int64
        /// Which message of the batch it holds.
        var index: Int
    }

    struct Result {
        /// The new rows, by id, which grows; SQLite leaves one out where it met a duplicate.
        var rows: [Row] = []
        var skipped: [FlowCounters.SkipReason: Int] = [:]
    }

    let db: Database

    /// Logs a batch and changes the counters; the position and the run are the caller's.
    func log(
        _ drafts: [EventDraft],
        _ messages: [MessageBatch.Message],
        _ directory: inout ActorDirectory
    ) throws -> Result {
        let activity = ActivityRepository(db)
        var result = Result()
        var bytes: Int64 = 0
        var newDids: Set<String> = []
        for (index, draft) in drafts.enumerated() {
            guard try isWanted(draft, newDids, &directory) else {
                result.skipped[.unknownActor, default: 0] += 1
                continue
            }
            let message = messages[index]
            guard let id = try activity.log(draft.row(message)) else {
                result.skipped[.duplicate, default: 0] += 1
                continue
            }
            result.rows.append(Row(id: id, index: index))
            bytes += Int64(message.bytes.count)
            if draft.makesActor { newDids.insert(draft.did) }
        }
        try count(result, bytes)
        return result
    }

    private func count(_ result: Result, _ bytes: Int64) throws {
        var changes = CounterChanges()
        changes.logged(count: Int64(result.rows.count), bytes: bytes)
        for (reason, count) in result.skipped { changes.skipped(reason: reason.rawValue, count: Int64(count)) }
        try changes.apply(db)
    }

    /// Identity and account events are logged for the actors that we know, those whose first record stands before them
    /// in the batch among them; a deletion always, since its tombstone must outlive a crash like any effect.
    private func isWanted(
        _ draft: EventDraft,
        _ newDids: Set<String>,
        _ directory: inout ActorDirectory
    ) throws -> Bool {
        guard case .event(let event) = draft.decoded else { return true }
        switch event.body {
        case .commit: return true
        case .account(let account) where account.isDeletion: return true
        case .identity, .account:
            return try newDids.contains(draft.did) || directory.find(draft.did, db) != nil
        }
    }
}

extension EventDraft {
    /// Whether applying it makes an actor of its DID, unless something stands against it.
    fileprivate var makesActor: Bool { operation == "create" || operation == "update" }

    fileprivate func row(_ message: MessageBatch.Message) -> NewActivity {
        NewActivity(
            timestamp: UTCTimestamp.text(microseconds: timestampMicroseconds),
            operation: operation,
            collection: collection,
            did: did,
            rkey: rkey,
            rev: rev,
            cid: cid,
            payload: message.bytes,
            payloadIsText: message.isText && message.bytes.isUTF8,
            receivedAtMicroseconds: receivedAtMicroseconds
        )
    }
}
