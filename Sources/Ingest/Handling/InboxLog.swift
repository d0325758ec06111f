import GRDB
import Jetstream
import Store
import Texts

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
        var rows: [Row]
        var skipped: [FlowCounters.SkipReason: Int]
    }

    let db: Database

    /// Logs a batch and changes the counters; the position and the run are the caller's.
    func log(_ drafted: DraftedBatch, _ directory: inout ActorDirectory) throws -> Result {
        try drafted.batch.withMessages { messages in
            let activity = ActivityRepository(db)
            let kept = try keptIndices(drafted.drafts, &directory)
            let wanted = try wantedIndices(kept, drafted.drafts, &directory)
            let ids = try activity.log(wanted.map { drafted.drafts[$0].row(messages[$0]) })
            let rows = zip(wanted, ids).compactMap { index, id in id.map { Row(id: $0, index: index) } }
            let result = Result(
                rows: rows,
                skipped: [
                    .forgotten: messages.count - kept.count, .unknownActor: kept.count - wanted.count,
                    .duplicate: wanted.count - rows.count,
                ].filter { $0.value > 0 }
            )
            if let first = rows.first { try activity.openInbox(from: first.id) }
            try count(result, bytes: rows.reduce(0) { $0 + Int64(messages[$1.index].bytes.count) })
            return result
        }
    }

    private func count(_ result: Result, bytes: Int64) throws {
        var changes = CounterChanges()
        changes.logged(count: Int64(result.rows.count), bytes: bytes)
        for (reason, count) in result.skipped { changes.skipped(reason: reason.rawValue, count: Int64(count)) }
        try changes.apply(db)
    }

    /// Which of the drafts are of nobody who was forgotten.
    private func keptIndices(_ drafts: [EventDraft], _ directory: inout ActorDirectory) throws -> [Int] {
        let forgotten = ForgottenRepository(db)
        return try drafts.indices.filter { try !directory.isForgotten(drafts[$0], forgotten) }
    }

    /// Which of some drafts are to be logged.
    ///
    /// Identity, account and sync events are logged for the actors that we know, those whose first record stands before them
    /// in the batch among them; a deletion, and a standing that hides, always, since what is kept of it must outlive a crash
    /// like any effect, and then whatever follows on it.
    private func wantedIndices(
        _ kept: [Int],
        _ drafts: [EventDraft],
        _ directory: inout ActorDirectory
    ) throws -> [Int] {
        let actors = ActorRepository(db)
        let accountTombstones = AccountTombstoneRepository(db)
        return try kept.filter { index in
            let draft = drafts[index]
            guard case .event(let event) = draft.decoded else { return true }
            switch event.body {
            case .commit: return true
            case .account(let account) where account.isKeptOfAnyone: return true
            case .identity, .account, .sync:
                if try directory.find(draft.did, actors) != nil { return true }
                let isAccount = if case .account = event.body { true } else { false }
                if isAccount, try accountTombstones.find(draft.did) != nil { return true }
                return drafts[..<index].contains { earlier in
                    earlier.did == draft.did && (earlier.makesActor || (isAccount && earlier.isKeptOfAnyone))
                }
            }
        }
    }
}

extension EventDraft {
    /// Whether applying it makes an actor of its DID, unless something stands against it.
    fileprivate var makesActor: Bool { operation == "create" || operation == "update" }

    fileprivate var isKeptOfAnyone: Bool {
        guard case .event(let event) = decoded, case .account(let account) = event.body else { return false }
        return account.isKeptOfAnyone
    }

    fileprivate func row(_ message: MessageBatch.Message) -> NewActivity {
        NewActivity(
            timestamp: timestamp,
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
