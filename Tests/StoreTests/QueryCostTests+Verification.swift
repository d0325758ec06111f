import GRDB
import Testing

@testable import Store

extension QueryCostTests {
    /// The looks of a verification that cover a part; those that count a whole table are the price of an exact sum.
    static let verification: [Query] = [
        Query("verified stretch of the log") { database throws in
            let repository = VerificationRepository(database)
            let stretch = try #require(try repository.stretch(after: 600, through: .max, limit: 500))
            try #require(stretch.rows == 500)
            let commits = try repository.unseenCommits(after: 600, through: stretch.lastID)
            try #require(commits.count > 400)
            _ = try repository.appliedStates(after: 600, through: stretch.lastID)
            _ = try repository.processingBeforeInbox(after: 600, through: stretch.lastID)
            _ = try repository.payloadBytes(after: 600, through: stretch.lastID)
        },
        Query("verified stretch of the records") { database throws in
            let repository = VerificationRepository(database)
            let stretch = try repository.recordStretch(after: 600, through: .max, limit: 500)
            let last = try #require(stretch?.lastID)
            let unsound = try repository.unsoundRecords(after: 600, through: last, loggedAfter: "~")
            try #require(last == 1100)
            try #require(unsound.isEmpty)
        },
        Query("verified stretch of the tombstones") { database throws in
            let part = try VerificationRepository(database)
                .unsoundTombstones(after: .start, loggedAfter: 0, limit: 500)
            try #require(part.tombstones.count == 500)
        },
        Query("verified beginnings") { database throws in
            let repository = VerificationRepository(database)
            try #require(try repository.oldestEnded() != nil)
            try #require(try repository.oldestTombstones().record != nil)
            try #require(try repository.newestRecordID() > 0)
            try #require(try repository.newestMinute() != nil)
        },
    ]
}
