import Texts

@testable import Store

extension AccountStanding {
    /// A deletion, or any other standing; what a test does not care about has a value already.
    static func sample(
        active: Bool = false,
        status: String? = "deleted",
        isHidden: Bool = false,
        at timeMicroseconds: Int64 = 1,
        seq: Int64 = 1
    ) -> AccountStanding {
        AccountStanding(
            isActive: active,
            status: status,
            isHidden: isHidden,
            timeMicroseconds: timeMicroseconds,
            seq: seq
        )
    }
}

extension AccountTombstoneRepository {
    /// Notes a deletion.
    func put(_ did: String, rev: String, accountTimeMicroseconds: Int64, receivedAtMicroseconds: Int64) throws {
        try put(
            did,
            deletedRev: rev,
            .sample(at: accountTimeMicroseconds),
            receivedAtMicroseconds: receivedAtMicroseconds
        )
    }
}

extension ActorRepository {
    func updateAccount(_ id: Int64, active: Bool, status: String?, timeMicroseconds: Int64, seq: Int64) throws {
        try updateAccount(id, .sample(active: active, status: status, at: timeMicroseconds, seq: seq))
    }
}
