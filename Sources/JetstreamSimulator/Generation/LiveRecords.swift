/// A record that exists in the generated stream.
struct LiveRecord: Sendable {
    let account: Int
    let collection: Collection
    let key: String
}

/// What the generator remembers of its own past, so that later events refer to earlier ones; bounded in every part.
struct LiveRecords: Sendable {
    /// How many records are kept as candidates for deletes (and as many for updates): about two minutes of production.
    private static let capacity = 65_536
    /// How many posts and reposts are kept as subjects.
    private static let subjectCapacity = 8_192

    private var deletable: [LiveRecord] = []
    private var updatable: [LiveRecord] = []
    private var posts: [RecordReference] = []
    private var reposts: [RecordReference] = []
    private var postCount = 0
    private var repostCount = 0
    /// Accounts that have a profile: bounded by the number of accounts.
    private var profileOwners: Set<Int> = []
    /// Accounts that were deleted: they write nothing any more.
    private var deletedAccounts: Set<Int> = []

    func hasProfile(_ account: Int) -> Bool { profileOwners.contains(account) }

    func isDeleted(_ account: Int) -> Bool { deletedAccounts.contains(account) }

    mutating func deleteAccount(_ account: Int) {
        deletedAccounts.insert(account)
    }

    mutating func add(_ record: LiveRecord, using generator: inout SeededGenerator) {
        if record.collection == .profile {
            profileOwners.insert(record.account)
        }
        if record.collection.isUpdated {
            Self.put(record, into: &updatable, using: &generator)
        } else {
            Self.put(record, into: &deletable, using: &generator)
        }
    }

    /// A record to write again, nil when there is none yet.
    func drawForUpdate(using generator: inout SeededGenerator) -> LiveRecord? {
        guard !updatable.isEmpty else { return nil }
        let record = updatable[generator.below(updatable.count)]
        return isDeleted(record.account) ? nil : record
    }

    /// Takes a record out, to be deleted; nil when there is none yet.
    mutating func takeForDelete(using generator: inout SeededGenerator) -> LiveRecord? {
        let record =
            if updatable.count > 1, generator.chance(1, in: 50) {
                Self.take(from: &updatable, using: &generator)
            } else {
                Self.take(from: &deletable, using: &generator)
            }
        guard let record, !isDeleted(record.account) else { return nil }
        if record.collection == .profile {
            profileOwners.remove(record.account)
        }
        return record
    }

    mutating func addSubject(_ reference: RecordReference, isRepost: Bool) {
        if isRepost {
            Self.putInRing(reference, into: &reposts, at: &repostCount)
        } else {
            Self.putInRing(reference, into: &posts, at: &postCount)
        }
    }

    /// A recent post of the stream, rather a new than an old one; nil when there is none yet.
    func recentPost(using generator: inout SeededGenerator) -> RecordReference? {
        guard !posts.isEmpty else { return nil }
        let age = generator.skewedBelow(posts.count)
        return posts[(postCount - 1 - age) % posts.count]
    }

    func recentRepost(using generator: inout SeededGenerator) -> RecordReference? {
        reposts.isEmpty ? nil : reposts[generator.below(reposts.count)]
    }

    private static func put(
        _ record: LiveRecord,
        into records: inout [LiveRecord],
        using generator: inout SeededGenerator
    ) {
        if records.count < capacity {
            records.append(record)
        } else {
            records[generator.below(capacity)] = record
        }
    }

    private static func take(from records: inout [LiveRecord], using generator: inout SeededGenerator) -> LiveRecord? {
        guard !records.isEmpty else { return nil }
        let index = generator.below(records.count)
        records.swapAt(index, records.count - 1)
        return records.removeLast()
    }

    private static func putInRing(_ reference: RecordReference, into ring: inout [RecordReference], at count: inout Int)
    {
        if ring.count < subjectCapacity {
            ring.append(reference)
        } else {
            ring[count % subjectCapacity] = reference
        }
        count += 1
    }
}
