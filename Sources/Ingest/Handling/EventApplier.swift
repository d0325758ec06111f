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
    static let syncMessage = "Skipped: a sync changes nothing that is stored"
    static let missingRecordMessage = "Event missing record or cid"

    private let records: RecordRepository
    private let tombstones: TombstoneRepository
    private let actors: ActorRepository
    private let accountTombstones: AccountTombstoneRepository
    /// What was read from the database, for comparing.
    private let texts = TextArena()

    init(_ db: Database) {
        records = RecordRepository(db)
        tombstones = TombstoneRepository(db)
        actors = ActorRepository(db)
        accountTombstones = AccountTombstoneRepository(db)
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
        switch draft.decoded {
        case .unreadable(let unreadable): .error(String(unreadable.reason))
        case .event(let event):
            switch event.body {
            case .commit(let commit): try apply(commit, draft, message, &directory, &changes)
            case .identity(let identity): try apply(identity, draft, &directory)
            case .account(let account): try apply(account, draft, &directory)
            case .sync: try applySync(draft, &directory)
            }
        }
    }
}

/// Commits.
extension EventApplier {
    private func apply(
        _ commit: Commit,
        _ draft: EventDraft,
        _ message: UnsafeRawBufferPointer,
        _ directory: inout ActorDirectory,
        _ changes: inout CounterChanges
    ) throws -> Outcome {
        guard TID.isTID(commit.rev) else { return .error("Invalid revision: \(commit.rev) is no TID") }
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
        guard let actor = try actor(draft, rev: rev, &directory) else {
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
        _ directory: inout ActorDirectory
    ) throws -> ActorDirectory.Entry? {
        if let known = try directory.find(draft.did, actors) { return rev > known.deletedRev ? known : nil }
        let deletion = try accountTombstones.find(draft.did)
        let floor = deletion.map { texts.add($0.rev) } ?? ""
        guard rev > floor else { return nil }
        let id = try actors.insert(draft.did, indexedAt: draft.indexedAt, deletedRev: floor)
        if let deletion {
            // Its newest account event, though the actor was not known when it came.
            try actors.updateAccount(
                id,
                active: false,
                status: String(EventApplier.deletedStatus),
                timeMicroseconds: deletion.accountTimeMicroseconds,
                seq: 0
            )
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

/// Identities and accounts.
extension EventApplier {
    /// `status` of an account that is gone for good.
    static let deletedStatus: ByteText = "deleted"

    private func apply(
        _ identity: Identity,
        _ draft: EventDraft,
        _ directory: inout ActorDirectory
    ) throws -> Outcome {
        guard try directory.find(draft.did, actors) != nil, let actor = try actors.find(String(draft.did)) else {
            return .skipped(EventApplier.unknownActorMessage)
        }
        // One that names no handle tells nothing that is stored, and must not make an older one that does count for old.
        guard let handle = identity.handle else { return .success }
        let order = EventApplier.order(identity.relayTimeMicroseconds, identity.seq, draft)
        guard isNewer(order, than: (actor.identityTimeMicroseconds, actor.identitySeq)) else {
            return .skipped(EventApplier.olderStateMessage)
        }
        try actors.updateIdentity(
            actor.id,
            handle: String(handle),
            timeMicroseconds: order.timeMicroseconds,
            seq: order.seq
        )
        return .success
    }

    private func apply(
        _ account: Account,
        _ draft: EventDraft,
        _ directory: inout ActorDirectory
    ) throws -> Outcome {
        let order = EventApplier.order(account.relayTimeMicroseconds, account.seq, draft)
        let floor = TID(lastAt: order.timeMicroseconds).text
        guard let actor = try actors.find(String(draft.did)) else {
            guard account.isDeletion else { return .skipped(EventApplier.unknownActorMessage) }
            try accountTombstones.put(
                String(draft.did),
                rev: floor,
                accountTimeMicroseconds: order.timeMicroseconds,
                receivedAtMicroseconds: draft.receivedAtMicroseconds
            )
            return .success
        }
        // What a deletion took is gone, also when word of it comes after that of the account's return.
        let buries = account.isDeletion && floor > actor.deletedRev
        if buries {
            try actors.markDeleted(actor.id, deletedRev: floor)
            directory.remember(draft.did, ActorDirectory.Entry(id: actor.id, deletedRev: texts.add(floor)))
        }
        guard isNewer(order, than: (actor.accountTimeMicroseconds, actor.accountSeq)) else {
            return buries ? .success : .skipped(EventApplier.olderStateMessage)
        }
        try actors.updateAccount(
            actor.id,
            active: account.active,
            status: account.status.map { String($0) },
            timeMicroseconds: order.timeMicroseconds,
            seq: order.seq
        )
        return .success
    }

    /// The log keeps it; the commits that follow say what the repository holds.
    private func applySync(_ draft: EventDraft, _ directory: inout ActorDirectory) throws -> Outcome {
        let isKnown = try directory.find(draft.did, actors) != nil
        return .skipped(isKnown ? EventApplier.syncMessage : EventApplier.unknownActorMessage)
    }

    /// What tells the newer of two events: the relay's time, then its sequence number, which means nothing to another
    /// relay.
    static func order(
        _ relayTimeMicroseconds: Int64?,
        _ seq: Int64?,
        _ draft: EventDraft
    ) -> (timeMicroseconds: Int64, seq: Int64) {
        let time = relayTimeMicroseconds.map {
            EventDraft.plausible($0, receivedAtMicroseconds: draft.receivedAtMicroseconds)
        }
        return (time ?? draft.timestampMicroseconds, seq ?? 0)
    }

    private func isNewer(
        _ order: (timeMicroseconds: Int64, seq: Int64),
        than stored: (timeMicroseconds: Int64?, seq: Int64?)
    ) -> Bool {
        guard let storedTime = stored.timeMicroseconds else { return true }
        return order > (storedTime, stored.seq ?? 0)
    }
}

extension Account {
    /// Whether the account is gone for good.
    var isDeletion: Bool { !active && status == EventApplier.deletedStatus }
}
