import TestSupport

/// A random life of one account: what it did to a few records, and what became of its name and standing.
struct RandomHistory {
    /// Who tells of it: each host gives an event a time and a number of its own; a relay numbers identities and accounts.
    enum Teller: CaseIterable {
        case first
        /// Another host behind the same relay.
        case second
        /// Another host behind another relay.
        case third
    }

    private enum Happening {
        case commit(SampleCommit)
        case identity(SampleIdentity)
        case account(SampleAccount)
    }

    private static let collections = ["app.bsky.feed.post", "app.bsky.graph.follow"]
    private static let texts = ["Text 0", "Text 1", "Text 2"].map { text in
        let commit = SampleCommit(at: 0, text: text)
        return (cid: commit.cid, record: commit.record)
    }

    private let happenings: [Happening]

    /// Makes the same history for the same seed, whoever lives it.
    ///
    /// - Parameters:
    ///   - seed: what it is drawn from.
    ///   - did: who lives it.
    ///   - length: how much happens after the account's first record.
    init(seed: UInt64, did: String, length: ClosedRange<Int64> = 8...24) {
        var random = SeededGenerator(seed: seed)
        var happenings = [Happening.commit(SampleCommit(at: 0, rkey: "self").with { $0.did = did })]
        for seconds in 1...Int64.random(in: length, using: &random) {
            happenings += RandomHistory.moment(seconds, did, &random)
        }
        self.happenings = happenings
    }

    /// The history in the order in which it happened, as one host tells it.
    var inOrder: [String] { happenings.map { RandomHistory.json($0, .first) } }

    /// In another order, some of it twice or more often, by several hosts; the first record before all else, since what
    /// comes before an account's first record may be passed over.
    func shuffled(seed: UInt64) -> [String] {
        var random = SeededGenerator(seed: seed)
        return [told(happenings[0], &random)] + scattered(&random)
    }

    /// As ``shuffled(seed:)``, but the first record anywhere; then all that was told of name and standing once more.
    func shuffledAnyhow(seed: UInt64) -> [String] {
        var random = SeededGenerator(seed: seed)
        let again = happenings.filter { if case .commit = $0 { false } else { true } }
        return (scattered(&random) + [told(happenings[0], &random)]).shuffled(using: &random)
            + again.shuffled(using: &random).map { told($0, &random) }
    }

    private func scattered(_ random: inout SeededGenerator) -> [String] {
        let again = happenings.filter { _ in Int.random(in: 0..<3, using: &random) == 0 }
        return (happenings.dropFirst() + again).shuffled(using: &random).map { told($0, &random) }
    }

    private func told(_ happening: Happening, _ random: inout SeededGenerator) -> String {
        RandomHistory.json(happening, Teller.allCases.randomElement(using: &random) ?? .first)
    }

    /// What happened in one second, mostly one thing; a commit may be of several operations, which have one revision.
    private static func moment(_ seconds: Int64, _ did: String, _ random: inout SeededGenerator) -> [Happening] {
        switch Int.random(in: 0..<20, using: &random) {
        case 0: return [.account(SampleAccount.deleted(did, at: seconds, seq: seconds))]
        case 1:
            let status = Bool.random(using: &random) ? "deactivated" : nil
            return [
                .account(
                    SampleAccount(did: did, active: status == nil, status: status, seconds: seconds, seq: seconds)
                )
            ]
        case 2, 3:
            return [
                .identity(SampleIdentity(did: did, handle: "name\(seconds).example", seconds: seconds, seq: seconds))
            ]
        case 4:
            return collections.map { .commit(commit(at: seconds, did, $0, &random)) }
        default: return [.commit(commit(at: seconds, did, collections.randomElement(using: &random) ?? "", &random))]
        }
    }

    private static func commit(
        at seconds: Int64,
        _ did: String,
        _ collection: String,
        _ random: inout SeededGenerator
    ) -> SampleCommit {
        let operation = ["create", "update", "update", "delete"][Int.random(in: 0..<4, using: &random)]
        // Few contents, so that one comes back after another.
        let content = texts[Int.random(in: 0..<3, using: &random)]
        let rkey = "3lqz2abcdef2\(Int.random(in: 2..<4, using: &random))"
        return SampleCommit("delete", at: seconds, rkey: rkey).with { commit in
            commit.operation = operation
            commit.did = did
            commit.collection = collection
            guard operation != "delete" else { return }
            (commit.cid, commit.record) = content
        }
    }

    private static func json(_ happening: Happening, _ teller: Teller) -> String {
        // Of two things a second apart the other hosts may tell the later one with the earlier time.
        let shift: Int64 =
            switch teller {
            case .first: 0
            case .second: 1_700_000
            case .third: -2_300_000
            }
        switch happening {
        case .commit(let commit):
            return commit.with { commit in
                commit.timeMicroseconds += commit.timeMicroseconds / 1_000_000 % 2 == 0 ? shift : -shift
                if teller != .first { commit.seq = (commit.timeMicroseconds - baseMicroseconds) / 1_000 + 40_000_000 }
            }.json
        case .identity(var identity):
            identity.timeShiftMicroseconds = shift
            if teller == .third { identity.seq = identity.seq.map { 1_000_000 - $0 } }
            return identity.json
        case .account(var account):
            account.timeShiftMicroseconds = shift
            if teller == .third { account.seq = account.seq.map { 1_000_000 - $0 } }
            return account.json
        }
    }
}
