import Jetstream
import Store
import Texts

/// What must be found of an event that succeeded, as ``RecordRule`` and what followed have left it (invariants 2, 3).
///
/// Pure.
struct EffectRule {
    /// The moment of the question, in microseconds since the Unix epoch.
    let nowMicroseconds: Int64
    /// When the oldest tombstone of a record, and that of an account, was received; nil when there is none.
    let oldestTombstones: (record: Int64?, account: Int64?)

    /// What is wrong about a commit that is not seen at once in what is stored; nil when all is well.
    func fault(of commit: LoggedCommit) -> String? {
        // What was skipped left nothing of its own, except for the revision of content that was there.
        let isSkipped = commit.errorMessage.map { $0 != RecordRule.duplicateMessage } ?? false
        let isDelete = commit.operation == "delete"
        let subject = "event \(commit.id), \(commit.operation) of \(commit.uri) at \(commit.rev)"
        if let stored = commit.stored {
            if stored.rev < commit.rev { return "\(subject): its record is still of the older \(stored.rev)" }
            if isDelete { return isSkipped ? nil : "\(subject): its record is still there" }
            return "\(subject): its record has the CID \(stored.cid), not \(commit.cid)"
        }
        if isSkipped || mayHaveExpired(commit.receivedAtMicroseconds, oldest: oldestTombstones.record) { return nil }
        let other = commit.buriedRev.map { ", only a tombstone of the older \($0)" } ?? ""
        return "\(subject): there is neither \(isDelete ? "a" : "its record nor a") tombstone\(other)"
    }

    /// What is wrong about what is stored of an actor to whom an event was applied; nil when all is well.
    func fault(of logged: LoggedState) -> String? {
        let subject = "event \(logged.event.id), \(logged.event.operation) of \(logged.event.did)"
        let texts = TextArena()
        return withExtendedLifetime(texts) {
            switch EffectRule.decode(logged.event, texts) {
            case .identity(let identity, let draft):
                guard identity.handle != nil else { return nil }
                let order = EventApplier.order(identity.relayTimeMicroseconds, identity.seq, draft)
                let newest = logged.actor?.identityTimeMicroseconds ?? .min
                return newest < order.timeMicroseconds ? "\(subject): its actor does not know of it" : nil
            case .account(let account, let draft):
                let order = EventApplier.order(account.relayTimeMicroseconds, account.seq, draft)
                guard let words = fault(of: account, at: order.timeMicroseconds, logged) else { return nil }
                return "\(subject): \(words)"
            case .none: return nil
            }
        }
    }

    private func fault(of account: Account, at timeMicroseconds: Int64, _ logged: LoggedState) -> String? {
        let floor = TID(lastAt: timeMicroseconds).text
        let mayBeForgotten = mayHaveExpired(logged.event.receivedAtMicroseconds, oldest: oldestTombstones.account)
        if account.isDeletion {
            let deletedRev = max(logged.actor?.deletedRev ?? "", logged.accountTombstoneRev)
            return deletedRev < floor && !mayBeForgotten ? "nothing tells of the deletion" : nil
        }
        let actorTime = logged.actor?.accountTimeMicroseconds
        let newest = max(actorTime ?? .min, logged.accountTombstoneTimeMicroseconds ?? .min)
        // Of an account of which nothing was stored it is kept as long as a deletion.
        if newest >= timeMicroseconds || (actorTime == nil && mayBeForgotten) { return nil }
        return "its actor does not know of it"
    }

    private enum Told {
        case identity(Identity, EventDraft)
        case account(Account, EventDraft)
    }

    /// What a row's payload tells of an actor; nil when it was emptied.
    private static func decode(_ row: ActivityEntry, _ texts: TextArena) -> Told? {
        row.payload.withUnsafeBytes { bytes in
            let message = MessageBatch.Message(
                bytes: bytes,
                isText: row.payloadIsText,
                receivedAtMicroseconds: row.receivedAtMicroseconds
            )
            let draft = EventDraft(message, decoder: EventDecoder(), texts: texts)
            guard case .event(let event) = draft.decoded else { return nil }
            return switch event.body {
            case .identity(let identity): .identity(identity, draft)
            case .account(let account): .account(account, draft)
            case .commit, .sync: nil
            }
        }
    }

    /// Whether a tombstone that was received at a time, or later, may have been cleaned up: only after its shortest life,
    /// and not before an older one.
    private func mayHaveExpired(_ receivedAtMicroseconds: Int64, oldest: Int64?) -> Bool {
        let shortestLife = ScheduledSweep.shortestTombstoneLife.microseconds
        return receivedAtMicroseconds < nowMicroseconds - shortestLife
            && receivedAtMicroseconds <= (oldest ?? .max)
    }
}
