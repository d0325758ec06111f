/// What a connection wants to see, in the words of its request.
struct EventSelection: Sendable {
    var collections: [CollectionPattern] = []
    var dids: Set<String> = []
    /// Nil for all.
    var kinds: Set<GeneratedEvent.Kind>?
    /// Larger events are left out; zero for no limit.
    var mostMessageBytes = 0

    /// The limits of the real server, on the first wire both after removing duplicates.
    static let mostCollections = 100
    static let mostDids = 10_000

    /// What a client of the first wire asks for, in its query or in an options update.
    ///
    /// - Parameters:
    ///   - wantedCollections: NSIDs or prefixes that end in `.*`.
    ///   - wantedDids: DIDs.
    ///   - mostMessageBytes: zero or less for no limit.
    /// - Throws: `SubscribeQuery.Refusal` if the real server would refuse it.
    init(
        wantedCollections: some Sequence<String>,
        wantedDids: some Sequence<String>,
        mostMessageBytes: Int
    ) throws(SubscribeQuery.Refusal) {
        let collections = Set(wantedCollections)
        dids = Set(wantedDids)
        self.mostMessageBytes = max(0, mostMessageBytes)
        guard collections.count <= Self.mostCollections else {
            throw SubscribeQuery.Refusal("too many wantedCollections: \(collections.count) > \(Self.mostCollections)")
        }
        for value in collections {
            guard let pattern = CollectionPattern(value) else {
                throw SubscribeQuery.Refusal("invalid collection: \"\(value)\"")
            }
            self.collections.append(pattern)
        }
        guard dids.count <= Self.mostDids else {
            throw SubscribeQuery.Refusal("too many wantedDids: \(dids.count) > \(Self.mostDids)")
        }
        try Self.check(dids)
    }

    init() {}

    static func check(_ dids: some Sequence<String>) throws(SubscribeQuery.Refusal) {
        if let bad = dids.first(where: { !$0.hasPrefix("did:") || $0.utf8.count < 8 }) {
            throw SubscribeQuery.Refusal("invalid DID: \"\(bad)\"")
        }
    }
}
