import GRDB
import Store

/// Removes the records of accounts that were deleted; they have been gone from every query since.
struct AccountPurge: CleanupJob {
    /// Records that one chunk removes.
    private static let chunk = 500

    let store: Store

    func run(_ turn: CleanupTurn) async throws {
        while let actor = try store.read({ db in try ActorRepository(db).pendingPurges(limit: 1) }).first {
            var last: Int64 = 0
            var isComplete = false
            while !isComplete {
                let start = ContinuousClock.now
                let purge = try purge(actor, after: last)
                last = purge.lastID
                isComplete = purge.isComplete
                try await turn.giveWay(ContinuousClock.now - start)
            }
        }
    }

    private func purge(_ actor: ActorEntry, after last: Int64) throws -> RecordPurge {
        let purge = try store.write { db in
            let purge = try RecordRepository(db).purge(
                actor: actor.id,
                throughRev: actor.deletedRev,
                afterID: last,
                limit: AccountPurge.chunk
            )
            if purge.isComplete { try end(actor, db) }
            CrashPoint.pass(.purgeDeleted)
            return purge
        }
        CrashPoint.pass(.purgeCommitted)
        return purge
    }

    /// Ends an actor's purge, unless the account was deleted once more meanwhile: then it begins again.
    private func end(_ actor: ActorEntry, _ db: Database) throws {
        let repository = ActorRepository(db)
        guard try repository.find(actor.did)?.deletedRev == actor.deletedRev else { return }
        try repository.purgeDone(actor.id)
    }
}
