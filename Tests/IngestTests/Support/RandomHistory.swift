import TestSupport

/// A random life of one account: what it did to a few records, and what became of its name and standing.
struct RandomHistory {
    private static let collections = ["app.bsky.feed.post", "app.bsky.graph.follow"]

    let did: String
    /// The account's first record, before which nothing can be known of it.
    let first: String
    /// All the rest, in the order in which it happened.
    let rest: [String]

    /// Makes the same history for the same seed, whoever lives it.
    init(seed: UInt64, did: String) {
        var random = SeededGenerator(seed: seed)
        self.did = did
        first = SampleCommit(at: 0, rkey: "self").with { $0.did = did }.json
        let length = Int64.random(in: 8...24, using: &random)
        rest = (1...length).map { RandomHistory.event(at: $0, did, &random) }
    }

    /// In another order, some of it twice.
    func shuffled(seed: UInt64) -> [String] {
        var random = SeededGenerator(seed: seed)
        let again = (rest + [first]).filter { _ in Int.random(in: 0..<4, using: &random) == 0 }
        return [first] + (rest + again).shuffled(using: &random)
    }

    private static func event(at seconds: Int64, _ did: String, _ random: inout SeededGenerator) -> String {
        switch Int.random(in: 0..<20, using: &random) {
        case 0: return SampleAccount.deleted(did, at: seconds, seq: seconds).json
        case 1:
            let status = Bool.random(using: &random) ? "deactivated" : nil
            return SampleAccount(did: did, active: status == nil, status: status, seconds: seconds, seq: seconds).json
        case 2, 3:
            return SampleIdentity(did: did, handle: "name\(seconds).example", seconds: seconds, seq: seconds).json
        default: return commit(at: seconds, did, &random).json
        }
    }

    private static func commit(at seconds: Int64, _ did: String, _ random: inout SeededGenerator) -> SampleCommit {
        let operation = ["create", "update", "update", "delete"][Int.random(in: 0..<4, using: &random)]
        // Few contents, so that one comes back after another.
        let text = "Text \(Int.random(in: 0..<3, using: &random))"
        let rkey = "3lqz2abcdef2\(Int.random(in: 2..<4, using: &random))"
        let collection = collections[Int.random(in: 0..<collections.count, using: &random)]
        return SampleCommit(operation, at: seconds, rkey: rkey, text: text).with { commit in
            commit.did = did
            commit.collection = collection
        }
    }
}
