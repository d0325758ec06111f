/// An account that records were stored of.
package struct ActorEntry: Sendable, Equatable {
    package let id: Int64
    package let did: String

    /// The newest handle that an identity event named; nil when none did.
    package let handle: String?

    /// As ``UTCTimestamp`` writes it.
    package let indexedAt: String

    package let isActive: Bool

    /// Why it is not active, as the account event says it; nil when it does not.
    package let status: String?

    /// The newest identity event's own time, in microseconds since the Unix epoch, and its seq; nil before the first.
    package let identityTimeMicroseconds: Int64?
    package let identitySeq: Int64?

    /// The newest account event's own time, in microseconds since the Unix epoch, and its seq; nil before the first.
    package let accountTimeMicroseconds: Int64?
    package let accountSeq: Int64?

    /// Records up to this revision are deleted; empty when the account never was.
    package let deletedRev: String

    /// Whether such records are still to be removed.
    package let isPurgePending: Bool

    /// Whether its records are left out of all lists, because of its standing.
    package let isHidden: Bool

    /// The revision of a sync event, which says that what is stored may not be what the repository holds; nil when none
    /// did.
    package let resyncRev: String?

    /// The columns, in the order that ``init(row:)`` reads.
    static let columns = """
        id, did, handle, indexed_at, active, status, identity_time, identity_seq, account_time, account_seq, \
        deleted_rev, purge_pending, hidden, resync_rev
        """

    init(row: StatementRow) {
        id = row.int64(0)
        did = row.text(1)
        handle = row.optionalText(2)
        indexedAt = row.text(3)
        isActive = row.bool(4)
        status = row.optionalText(5)
        identityTimeMicroseconds = row.optionalInt64(6)
        identitySeq = row.optionalInt64(7)
        accountTimeMicroseconds = row.optionalInt64(8)
        accountSeq = row.optionalInt64(9)
        deletedRev = row.text(10)
        isPurgePending = row.bool(11)
        isHidden = row.bool(12)
        resyncRev = row.optionalText(13)
    }
}
