import Store

/// The accounts whose records need a word, as `--json` prints them: a contract, fields are only ever added.
struct AccountsReport: Encodable {
    /// An account of which the stored records may not be what its repository holds.
    struct Resync: Encodable {
        let did: String
        /// The revision of the repository when it was brought to another state.
        let rev: String
    }

    /// The accounts that a report names; the others are counted.
    private static let named = 10

    /// Accounts whose records are left out of lists, since they are taken down, suspended, deactivated or otherwise away.
    let hidden: Int64
    let needingResync: Int64
    /// Those that were known first, at most ten.
    let resync: [Resync]

    /// Asks the database.
    init(_ actors: ActorRepository) throws {
        (hidden, needingResync) = try actors.counts()
        resync = try actors.needingResync(limit: AccountsReport.named).map { actor in
            Resync(did: actor.did, rev: actor.resyncRev ?? "")
        }
    }
}
