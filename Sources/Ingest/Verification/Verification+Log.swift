import GRDB
import Store

/// The walks along the log.
extension Verification {
    /// How often the bytes are counted when something other than clean-up changes the middle of the log meanwhile.
    private static let countings = 3

    /// Compares the bytes of the payloads with their sum.
    ///
    /// They can only be had from the rows themselves, which takes as long as reading the log. Meanwhile clean-up removes
    /// the oldest, which is made up for. Anything else that changes the middle of the log makes a difference as well, but
    /// not the same one twice.
    func bytes() throws -> VerifiedCheck {
        var counting = try countBytes()
        for _ in 1..<Verification.countings where counting.difference != 0 {
            let before = counting.difference
            counting = try countBytes()
            if counting.difference == before { break }
        }
        var check = VerifiedCheck(.bytes, unit: "event")
        check.examine(counting.rows)
        if counting.difference != 0 {
            check.differs("bytes of payloads: the sum is \(counting.noted), counted are \(counting.counted)")
        }
        return check
    }

    private struct ByteCounting {
        /// The events that were read.
        let rows: Int64
        let noted: Int64
        let counted: Int64
        var difference: Int64 { noted - counted }
    }

    private func countBytes() throws -> ByteCounting {
        var stretches: [LogStretch] = []
        var last: Int64 = 0
        try walkLog { stretch, _, _ in
            stretches.append(stretch)
            last = stretch.lastID
        }
        return try store.read { db in
            let repository = VerificationRepository(db)
            var counted = try repository.payloadBytes(after: last, through: .max)
            // Of the stretches that clean-up has begun to remove, the first that is left may be there in part.
            let oldest = try repository.oldestID() ?? .max
            let left = stretches.drop { $0.lastID < oldest }
            if let first = left.first {
                counted += try repository.payloadBytes(after: oldest - 1, through: first.lastID)
            }
            counted += left.dropFirst().reduce(0) { $0 + $1.payloadBytes }
            return ByteCounting(
                rows: stretches.reduce(0) { $0 + $1.rows },
                noted: try CounterRepository(db).totals().payloadBytes,
                counted: counted
            )
        }
    }

    /// Looks for events that are not where they belong, and for what those that succeeded must have left.
    func inboxAndEffects() throws -> [VerifiedCheck] {
        var inbox = VerifiedCheck(.inbox, unit: "event")
        var effects = VerifiedCheck(.effects, unit: "event")
        try walkLog { stretch, after, repository in
            let rule = EffectRule(
                nowMicroseconds: nowMicroseconds,
                oldestTombstones: try repository.oldestTombstones()
            )
            inbox.examine(stretch.rows)
            effects.examine(stretch.rows)
            let start = try repository.inboxFrom()
            for id in try repository.processingBeforeInbox(after: after, through: stretch.lastID) {
                inbox.differs("event \(id) is processing, though all before \(start) should have ended")
            }
            for commit in try repository.unseenCommits(after: after, through: stretch.lastID) {
                if let fault = rule.fault(of: commit) { effects.differs(fault) }
            }
            for event in try repository.appliedStates(after: after, through: stretch.lastID) {
                if let fault = rule.fault(of: event) { effects.differs(fault) }
            }
        }
        return [inbox, effects]
    }

    /// Walks along the events that are in the log now and have ended, one look for each stretch.
    private func walkLog(
        _ visit: (_ stretch: LogStretch, _ after: Int64, _ repository: VerificationRepository) throws -> Void
    ) throws {
        let newest = try store.read { db in try ActivityRepository(db).newestID() }
        var last: Int64? = 0
        while let after = last {
            last = try store.read { db in
                let repository = VerificationRepository(db)
                let stretch = try repository.stretch(after: after, through: newest, limit: rowsOfLook)
                if let stretch { try visit(stretch, after, repository) }
                return stretch?.lastID
            }
        }
    }
}
