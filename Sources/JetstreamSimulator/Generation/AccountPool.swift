/// The accounts of a generated network: each DID and handle is a function of seed and index, so that nothing is stored.
struct AccountPool: Sendable {
    /// How many accounts write: large enough that most events of a short stream come from different ones, as in
    /// production, where 152 events in a row came from 149 accounts.
    static let size = 200_000
    /// One in so many accounts has a did:web.
    private static let accountsPerWeb: UInt64 = 400

    private let salt: UInt64

    init(seed: UInt64) {
        salt = SeededGenerator.mixed(seed ^ 0x5749_4E44_534F_434B)
    }

    func did(_ account: Int) -> String {
        let high = SeededGenerator.mixed(salt &+ UInt64(account) &* 2)
        guard high % Self.accountsPerWeb != 0 else { return "did:web:" + hostName(account) }
        let low = SeededGenerator.mixed(salt &+ UInt64(account) &* 2 &+ 1)
        return "did:plc:" + Base32.encode(high, characters: 12, alphabet: Base32.standard)
            + Base32.encode(low, characters: 12, alphabet: Base32.standard)
    }

    func handle(_ account: Int) -> String {
        account % 5 == 0 ? hostName(account) : name(account) + ".bsky.social"
    }

    /// The low ten bits of the account's TIDs.
    func clock(_ account: Int) -> UInt64 {
        SeededGenerator.mixed(salt ^ UInt64(account)) & 1_023
    }

    private func hostName(_ account: Int) -> String {
        name(account) + ".example"
    }

    private func name(_ account: Int) -> String {
        let words = Phrases.names
        let mixed = SeededGenerator.mixed(salt ^ (UInt64(account) << 20))
        return words[Int(mixed % UInt64(words.count))] + "-" + String(account)
    }
}
