import GRDB
import Jetstream
import Store
import Texts

/// Applies events to the tables (invariant 3).
///
/// One instance serves one transaction.
struct EventApplier {
    static let accountDeletedMessage = "Skipped: account deleted"
    static let olderStateMessage = "Skipped: older than the stored state"
    static let unknownActorMessage = "Skipped: unknown actor"
    static let forgottenMessage = "Skipped: the person was forgotten"
    static let passingStandingMessage = "Skipped: this standing changes nothing"
    static let missingRecordMessage = "Event missing record or cid"

    private let records: RecordRepository
    private let tombstones: TombstoneRepository
    let actors: ActorRepository
    let accountTombstones: AccountTombstoneRepository
    private let forgotten: ForgottenRepository
    /// What was read from the database, for comparing.
    let texts = TextArena()

    init(_ db: Database) {
        records = RecordRepository(db)
        tombstones = TombstoneRepository(db)
        actors = ActorRepository(db)
        accountTombstones = AccountTombstoneRepository(db)
        forgotten = ForgottenRepository(db)
    }

    /// Applies one event.
    ///
    /// - Parameters:
    ///   - draft: the event.
    ///   - message: the bytes that the event was decoded from.
    ///   - directory: the actors that are known; to be forgotten if the transaction fails.
    ///   - changes: the counters to change with it.
    /// - Returns: how it ended; errors of the event that the database finds are thrown.
    /// - Throws: what SQLite says.
    func apply(
        _ draft: EventDraft,
        _ message: UnsafeRawBufferPointer,
        _ directory: inout ActorDirectory,
        _ changes: inout CounterChanges
    ) throws -> Outcome {
        // It was logged before.
        if try directory.isForgotten(draft, forgotten) { return .skipped(EventApplier.forgottenMessage) }
        switch draft.decoded {
        case .unreadable(let unreadable): return .error(String(unreadable.reason))
        case .event(let event):
            switch event.body {
            case .commit(let commit): return try apply(commit, draft, message, &directory, &changes)
            case .identity(let identity): return try apply(identity, draft, &directory)
            case .account(let account): return try apply(account, draft, &directory, &changes)
            case .sync(let sync): return try apply(sync, draft, &directory, &changes)
            }
        }
    }
}

/// Commits.
extension EventApplier {
    static func invalid(_ rev: ByteText) -> Outcome { .error("Invalid revision: \(rev) is no TID") }

    private func apply(
        _ commit: Commit,
        _ draft: EventDraft,
        _ message: UnsafeRawBufferPointer,
        _ directory: inout ActorDirectory,
        _ changes: inout CounterChanges
    ) throws -> Outcome {
        guard TID.isTID(commit.rev) else { return EventApplier.invalid(commit.rev) }
        let key = RecordKey(collection: commit.collection, rkey: commit.rkey, did: draft.did)
        switch commit.operation {
        case "create", "update":
            guard let cid = commit.cid, !cid.isEmpty, case .object(let range) = commit.record else {
                return .error(EventApplier.missingRecordMessage)
            }
            let text = UnsafeRawBufferPointer(rebasing: message[range])
            return try put(key, rev: commit.rev, cid: cid, text, draft, &directory, &changes)
        case "delete":
            return try delete(key, rev: commit.rev, draft, &directory, &changes)
        default:
            return .error("Unknown operation: \(commit.operation)")
        }
    }

    private func put(
        _ key: RecordKey,
        rev: ByteText,
        cid: ByteText,
        _ text: UnsafeRawBufferPointer,
        _ draft: EventDraft,
        _ directory: inout ActorDirectory,
        _ changes: inout CounterChanges
    ) throws -> Outcome {
        let buried = try tombstones.revision(of: key).map(texts.add)
        if let buried, rev <= buried { return .skipped(RecordRule.olderMessage) }
        guard let actor = try actor(draft, rev: rev, &directory, &changes) else {
            return .skipped(EventApplier.accountDeletedMessage)
        }
        let record = NewRecord(
            key: key,
            actorID: actor.id,
            rev: rev,
            cid: cid,
            json: text,
            indexedAt: draft.indexedAt
        )
        if try records.insertIfAbsent(record) {
            changes.recordCount(key.collection, 1)
            // The record's own revision says from now on what is older.
            if buried != nil { try tombstones.remove(key) }
            return .success
        }
        let stored = try records.revision(of: key).map { (rev: texts.add($0.rev), cid: texts.add($0.cid)) }
        switch RecordRule.verdict(rev: rev, cid: cid, stored: stored, buried: buried) {
        case .apply:
            try records.replace(record)
            return .success
        case .storeRevision(let message):
            try records.storeRevision(key, rev: rev)
            return .skipped(message)
        case .skip(let message): return .skipped(message)
        case .refuse(let message): return .error(message)
        }
    }

    private func delete(
        _ key: RecordKey,
        rev: ByteText,
        _ draft: EventDraft,
        _ directory: inout ActorDirectory,
        _ changes: inout CounterChanges
    ) throws -> Outcome {
        if try isGone(draft.did, rev: rev, &directory) { return .skipped(EventApplier.accountDeletedMessage) }
        let stored = try records.revision(of: key).map { (rev: texts.add($0.rev), cid: texts.add($0.cid)) }
        let buried = try tombstones.revision(of: key).map(texts.add)
        if case .skip(let message) = RecordRule.verdict(rev: rev, cid: nil, stored: stored, buried: buried) {
            return .skipped(message)
        }
        if try records.delete(key) { changes.recordCount(key.collection, -1) }
        try tombstones.bury(key, rev: rev, receivedAtMicroseconds: draft.receivedAtMicroseconds)
        return .success
    }

    /// The actor that a record belongs to, made when this is its first; nil when the account was deleted after `rev`.
    private func actor(
        _ draft: EventDraft,
        rev: ByteText,
        _ directory: inout ActorDirectory,
        _ changes: inout CounterChanges
    ) throws -> ActorDirectory.Entry? {
        if let known = try directory.find(draft.did, actors) { return rev > known.deletedRev ? known : nil }
        let word = try accountTombstones.find(draft.did)
        let floor = word.map { texts.add($0.deletedRev) } ?? ""
        guard rev > floor else { return nil }
        let id = try actors.insert(draft.did, indexedAt: draft.indexedAt, deletedRev: floor)
        if let word {
            // Its newest account event, though the actor was not known when it came.
            try actors.updateAccount(id, word.standing)
            if word.standing.isHidden { changes.hiddenActors(1) }
        }
        let entry = ActorDirectory.Entry(id: id, deletedRev: floor)
        directory.remember(draft.did, entry)
        return entry
    }

    private func isGone(_ did: ByteText, rev: ByteText, _ directory: inout ActorDirectory) throws -> Bool {
        if let known = try directory.find(did, actors) { return rev <= known.deletedRev }
        guard let floor = try accountTombstones.floor(did).map(texts.add) else { return false }
        return rev <= floor
    }
}
