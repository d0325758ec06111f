import Jetstream
import Store
import Texts

/// Identities, accounts and syncs.
extension EventApplier {
    /// `status` of an account that is gone for good.
    static let deletedStatus: ByteText = "deleted"

    func apply(
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

    func apply(
        _ account: Account,
        _ draft: EventDraft,
        _ directory: inout ActorDirectory,
        _ changes: inout CounterChanges
    ) throws -> Outcome {
        guard !account.isPassing else { return .skipped(EventApplier.passingStandingMessage) }
        let order = EventApplier.order(account.relayTimeMicroseconds, account.seq, draft)
        let standing = AccountStanding(
            isActive: account.active,
            status: account.status.map { String($0) },
            isHidden: account.isHiding,
            timeMicroseconds: order.timeMicroseconds,
            seq: order.seq
        )
        let floor = account.isDeletion ? TID(lastAt: order.timeMicroseconds).text : ""
        guard let actor = try actors.find(String(draft.did)) else { return try keep(standing, floor, account, draft) }
        // What a deletion took is gone, also when word of it comes after that of the account's return.
        let buries = floor > actor.deletedRev
        if buries {
            try actors.markDeleted(actor.id, deletedRev: floor)
            if let rev = actor.resyncRev, rev <= floor { changes.resyncActors(-1) }
            directory.remember(draft.did, ActorDirectory.Entry(id: actor.id, deletedRev: texts.add(floor)))
        }
        guard isNewer(order, than: (actor.accountTimeMicroseconds, actor.accountSeq)) else {
            return buries ? .success : .skipped(EventApplier.olderStateMessage)
        }
        try actors.updateAccount(actor.id, standing)
        if actor.isHidden != standing.isHidden { changes.hiddenActors(standing.isHidden ? 1 : -1) }
        return .success
    }

    /// Keeps what is told of an account of which nothing is stored, for its first record.
    private func keep(
        _ standing: AccountStanding,
        _ floor: String,
        _ account: Account,
        _ draft: EventDraft
    ) throws -> Outcome {
        let word = try accountTombstones.find(draft.did)
        guard account.isKeptOfAnyone || word != nil else { return .skipped(EventApplier.unknownActorMessage) }
        let order = (standing.timeMicroseconds, standing.seq)
        let stored = word.map { ($0.standing.timeMicroseconds, $0.standing.seq) }
        guard floor > word?.deletedRev ?? "" || isNewer(order, than: (stored?.0, stored?.1)) else {
            return .skipped(EventApplier.olderStateMessage)
        }
        try accountTombstones.put(
            String(draft.did),
            deletedRev: floor,
            standing,
            receivedAtMicroseconds: draft.receivedAtMicroseconds
        )
        return .success
    }

    /// Marks an actor whose repository was brought to another state: nobody sends what it took away.
    func apply(
        _ sync: Sync,
        _ draft: EventDraft,
        _ directory: inout ActorDirectory,
        _ changes: inout CounterChanges
    ) throws -> Outcome {
        guard TID.isTID(sync.rev) else { return EventApplier.invalid(sync.rev) }
        guard try directory.find(draft.did, actors) != nil, let actor = try actors.find(String(draft.did)) else {
            return .skipped(EventApplier.unknownActorMessage)
        }
        let rev = String(sync.rev)
        guard rev > actor.deletedRev else { return .skipped(EventApplier.accountDeletedMessage) }
        guard rev > actor.resyncRev ?? "" else { return .skipped(EventApplier.olderStateMessage) }
        try actors.markForResync(actor.id, rev: rev)
        if actor.resyncRev == nil { changes.resyncActors(1) }
        return .success
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

    /// Whether it tells of a trouble on the way, and nothing of whether the account's records may be shown.
    var isPassing: Bool { !active && (status == "throttled" || status == "desynchronized") }

    /// Whether the account's records are not to be shown: taken down, suspended or deactivated, or away for a reason that
    /// is not known here (https://atproto.com/specs/account).
    var isHiding: Bool { !active && !isDeletion && !isPassing }

    /// Whether it is logged and kept also of an account of which nothing is stored.
    var isKeptOfAnyone: Bool { isDeletion || isHiding }
}
