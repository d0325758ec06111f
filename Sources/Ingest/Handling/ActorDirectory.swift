import GRDB
import Store

/// The actors that were met lately, so that an event costs no look-up of its own.
///
/// A copy of what the database says: to be forgotten when a transaction is rolled back, and when another process wrote.
struct ActorDirectory {
    /// What applying an event must know of an actor.
    struct Entry {
        var id: Int64
        /// Records up to this revision are gone with the account; '' when it was never deleted.
        var deletedRev: String
    }

    /// Entries kept: about 6 MiB with their DIDs.
    private static let capacity = 50_000

    private var entries: [String: Entry] = [:]

    /// The actor of a DID; nil when nothing of it is stored.
    mutating func find(_ did: String, _ db: Database) throws -> Entry? {
        if let entry = entries[did] { return entry }
        guard let actor = try ActorRepository(db).find(did) else { return nil }
        let entry = Entry(id: actor.id, deletedRev: actor.deletedRev)
        remember(did, entry)
        return entry
    }

    mutating func remember(_ did: String, _ entry: Entry) {
        if entries.count >= ActorDirectory.capacity { entries.removeAll(keepingCapacity: true) }
        entries[did] = entry
    }

    mutating func forgetAll() {
        entries.removeAll(keepingCapacity: true)
    }
}
