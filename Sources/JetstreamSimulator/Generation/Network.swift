/// The made-up network that writes the stream: its accounts, what they wrote so far, and what they write next.
struct Network: Sendable {
    /// How long before the commit a client may have written down when the record was made.
    private static let clientDelayMicroseconds = 1_500_000

    let accounts: AccountPool
    var generator: SeededGenerator
    var records = LiveRecords()

    init(seed: UInt64) {
        accounts = AccountPool(seed: seed)
        generator = SeededGenerator(seed: seed)
    }

    /// An account that exists.
    mutating func drawAccount() -> Int {
        var account = generator.skewedBelow(AccountPool.size)
        while records.isDeleted(account) {
            account = (account + 1) % AccountPool.size
        }
        return account
    }

    mutating func drawDID() -> String {
        accounts.did(drawAccount())
    }

    /// The text of a new version of a record.
    ///
    /// - Parameters:
    ///   - record: whose text it is.
    ///   - did: the account that writes.
    ///   - timeMicroseconds: microseconds since the Unix epoch at which it is committed.
    ///   - thread: the first and the last post of the same commit, nil when there is none.
    /// - Returns: the record as JSON.
    mutating func text(
        of record: LiveRecord,
        by did: String,
        timeMicroseconds: Int64,
        thread: (first: RecordReference, last: RecordReference)?
    ) -> String {
        let delay = Int64(generator.below(Self.clientDelayMicroseconds))
        let createdAt = Timestamp.string(microseconds: timeMicroseconds - delay)
        let type = record.collection.nsid
        switch record.collection {
        case .like, .repost:
            let via = generator.chance(1, in: 5) ? records.recentRepost(using: &generator) : nil
            let subject = drawPost(before: timeMicroseconds)
            return RecordTexts.reaction(type, createdAt: createdAt, subject: subject, via: via)
        case .post:
            return post(createdAt: createdAt, timeMicroseconds: timeMicroseconds, thread: thread)
        case .follow, .block:
            return RecordTexts.relation(type, createdAt: createdAt, subject: drawDID())
        case .listItem:
            let list = "at://" + did + "/app.bsky.graph.list/" + oldKey(of: record.account, before: timeMicroseconds)
            return RecordTexts.listItem(createdAt: createdAt, list: list, subject: drawDID())
        case .threadGate:
            let post = thread?.last ?? drawPost(before: timeMicroseconds)
            return RecordTexts.threadGate(createdAt: createdAt, post: post.uri)
        case .profile:
            let name = accounts.handle(record.account)
            return RecordTexts.profile(createdAt: createdAt, name: name, using: &generator)
        case .blogEntry: return RecordTexts.blogEntry(createdAt: createdAt, using: &generator)
        case .play: return RecordTexts.play(createdAt: createdAt, using: &generator)
        case .broadcast: return RecordTexts.broadcast(createdAt: createdAt, streamer: did, using: &generator)
        }
    }

    private mutating func post(
        createdAt: String,
        timeMicroseconds: Int64,
        thread: (first: RecordReference, last: RecordReference)?
    ) -> String {
        var reply: (root: RecordReference, parent: RecordReference)?
        if let thread {
            reply = (thread.first, thread.last)
        } else if generator.chance(2, in: 5) {
            let root = drawPost(before: timeMicroseconds)
            reply = (root, generator.chance(1, in: 2) ? root : drawPost(before: timeMicroseconds))
        }
        let around = PostTexts.Surroundings(
            createdAt: createdAt,
            reply: reply,
            quote: drawPost(before: timeMicroseconds),
            mention: drawDID()
        )
        return PostTexts.post(around, using: &generator)
    }

    /// A post to refer to: mostly a recent one of this stream, else one from before it.
    private mutating func drawPost(before timeMicroseconds: Int64) -> RecordReference {
        if generator.chance(7, in: 10), let post = records.recentPost(using: &generator) {
            return post
        }
        let author = drawAccount()
        let key = oldKey(of: author, before: timeMicroseconds)
        let uri = "at://" + accounts.did(author) + "/app.bsky.feed.post/" + key
        return RecordReference(uri: uri, cid: CID.randomRecord(using: &generator))
    }

    /// The key of a record from the three days before.
    private mutating func oldKey(of account: Int, before timeMicroseconds: Int64) -> String {
        let age = Int64(generator.below(3 * 86_400_000)) * 1_000
        return TID.string(microseconds: timeMicroseconds - age, clock: accounts.clock(account))
    }
}
