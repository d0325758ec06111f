import GRDB
import Store
import Texts

/// The actors that were met lately, so that an event costs no look-up of its own.
///
/// A copy of what the database says, also of who was forgotten: to be forgotten itself when a transaction is rolled back, and
/// when another process wrote.
struct ActorDirectory {
    /// What applying an event must know of an actor.
    struct Entry {
        var id: Int64
        /// Records up to this revision are gone with the account; '' when it was never deleted.
        var deletedRev: ByteText
    }

    /// The actors of a stretch of the stream, with their texts.
    private struct Generation {
        var entries: [ByteText: Entry] = [:]
        /// Whether and when each was forgotten.
        var forgettings: [ByteText: Forgetting?] = [:]
        var texts = TextArena()
    }

    /// Who was forgotten: nearly always nobody, which costs an event no more than to look here.
    private enum Forgotten {
        case unknown
        case nobody
        case some(salt: String)
    }

    private var forgotten = Forgotten.unknown

    /// Entries of a generation.
    private let capacity: Int

    /// When the newer one is full the older one is forgotten, so that those who are met again and again are kept.
    private var newer = Generation()
    private var older = Generation()

    /// - Parameter capacity: how many actors are kept at least, once so many were met; so many take about 3 MiB.
    init(capacity: Int = 25_000) {
        self.capacity = capacity
    }

    /// The actor of a DID; nil when nothing of it is stored.
    mutating func find(_ did: ByteText, _ actors: ActorRepository) throws -> Entry? {
        if let entry = newer.entries[did] { return entry }
        if let entry = older.entries[did] {
            return remember(did, entry)
        }
        guard let actor = try actors.key(of: did) else { return nil }
        return remember(did, Entry(id: actor.id, deletedRev: newer.texts.add(actor.deletedRev)))
    }

    /// Keeps a copy of an entry, and returns it.
    @discardableResult
    mutating func remember(_ did: ByteText, _ entry: Entry) -> Entry {
        // What `entry` points into, perhaps.
        let former = older
        defer { withExtendedLifetime(former) {} }
        makeRoom()
        let copy = Entry(id: entry.id, deletedRev: newer.texts.add(entry.deletedRev.bytes))
        newer.entries[newer.texts.add(did.bytes)] = copy
        return copy
    }

    /// Whether an event is kept away because its person was forgotten.
    mutating func isForgotten(_ draft: EventDraft, _ repository: ForgottenRepository) throws -> Bool {
        switch forgotten {
        case .nobody: return false
        case .some(let salt): return try forgetting(draft.did, salt, repository).map(draft.isCovered) ?? false
        case .unknown:
            forgotten = try repository.salt().map { .some(salt: $0) } ?? .nobody
            return try isForgotten(draft, repository)
        }
    }

    private mutating func forgetting(
        _ did: ByteText,
        _ salt: String,
        _ repository: ForgottenRepository
    ) throws -> Forgetting? {
        if let known = newer.forgettings[did] { return known }
        let known = try older.forgettings[did] ?? repository.find(PersonHash.of(did, salt: salt))
        makeRoom()
        newer.forgettings[newer.texts.add(did.bytes)] = .some(known)
        return known
    }

    private mutating func makeRoom() {
        guard max(newer.entries.count, newer.forgettings.count) >= capacity else { return }
        older = newer
        newer = Generation()
    }

    mutating func forgetAll() {
        forgotten = .unknown
        newer = Generation()
        older = Generation()
    }
}
