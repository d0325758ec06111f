import GRDB
import Jetstream
package import Store

/// Recomputes what the tables can tell, also while a daemon writes (invariants 2, 3, 5).
///
/// What has to agree is changed in one transaction, so each comparison is made on one state of the database, and is exact
/// whatever is written meanwhile. Each state is kept only for a part of a table, because the write-ahead log grows while a
/// reader stays; only a sum over a whole table takes one look along an index of it.
package struct Verification {
    let store: Store
    let nowMicroseconds: Int64
    /// How many rows one look covers.
    let rowsOfLook: Int

    /// Makes a verification.
    ///
    /// - Parameters:
    ///   - store: the database.
    ///   - nowMicroseconds: the moment of the question, since the Unix epoch.
    ///   - rowsOfLook: how many rows one look covers; so many take about 20 ms.
    package init(store: Store, nowMicroseconds: Int64, rowsOfLook: Int = 2_000) {
        self.store = store
        self.nowMicroseconds = nowMicroseconds
        self.rowsOfLook = rowsOfLook
    }

    /// Looks at everything.
    ///
    /// - Parameter examinesFile: Whether SQLite checks the file as well, page by page, which keeps one state all the time.
    /// - Returns: The checks, in the order of ``VerifiedCheck/Name``.
    /// - Throws: `DatabaseError`.
    package func run(examinesFile: Bool) throws -> [VerifiedCheck] {
        var checks = try sumsAndRows()
        checks += [try bytes(), try minutes(), try collections(), try accounts(), try gaps()]
        checks += try inboxAndEffects()
        checks += [try records(), try tombstones(), try lastRun()]
        if examinesFile { checks.append(try file()) }
        return checks
    }

    /// Looks at what costs no more than a walk along some indexes.
    func quick() throws -> [VerifiedCheck] {
        try sumsAndRows() + [try collections(), try gaps()]
    }

    private func sumsAndRows() throws -> [VerifiedCheck] {
        var sums = VerifiedCheck(.sums, unit: "sum")
        var rows = VerifiedCheck(.rows, unit: "status")
        let (totals, counted) = try store.read { db in
            (try CounterRepository(db).totals(), try VerificationRepository(db).logCounts())
        }
        sums.compare("stored, and all statuses", noted: totals.stored, counted: totals.stored - totals.remainder)
        for status in ActivityStatus.allCases {
            rows.compare(status.rawValue, noted: totals.rows(status), counted: counted[status, default: 0])
        }
        return [sums, rows]
    }

    private func minutes() throws -> VerifiedCheck {
        var check = VerifiedCheck(.minutes, unit: "minute")
        guard let newest = try store.read({ db in try VerificationRepository(db).newestMinute() }) else { return check }
        var place = MinutePlace.start
        while let minute = try store.read({ db in try VerificationRepository(db).nextMinute(from: place) }) {
            place = minute.next
            switch minute.subject {
            case .unreadable(let timestamp):
                check.differs("the timestamp \"\(timestamp)\" of the log is no time")
            case .minute(let number):
                // Later ones are of events that have come since.
                if number > newest { return check }
                check.examine()
                for sum in minute.kinds where sum.difference != 0 {
                    let (start, isOverflow) = number.multipliedReportingOverflow(by: UTCTimestamp.microsecondsPerMinute)
                    let time = isOverflow ? "minute \(number)" : UTCTimestamp.text(microseconds: start)
                    check.differs("\(sum.key) of \(time): the sum is \(sum.noted), counted are \(sum.counted)")
                }
            }
        }
        return check
    }

    private func collections() throws -> VerifiedCheck {
        var check = VerifiedCheck(.collections, unit: "collection")
        var last: String?
        while let sum = try store.read({ db in try VerificationRepository(db).nextCollection(after: last) }) {
            check.compare("records of \(sum.key)", noted: sum.noted, counted: sum.counted)
            last = sum.key
        }
        return check
    }

    private func accounts() throws -> VerifiedCheck {
        var check = VerifiedCheck(.accounts, unit: "sum")
        for sum in try store.read({ db in try VerificationRepository(db).accounts() }) {
            check.compare("accounts that \(sum.key)", noted: sum.noted, counted: sum.counted)
        }
        return check
    }

    private func gaps() throws -> VerifiedCheck {
        var check = VerifiedCheck(.gaps, unit: "sum")
        for sum in try store.read({ db in try VerificationRepository(db).gaps() }) {
            check.compare("\(sum.key) gaps", noted: sum.noted, counted: sum.counted)
        }
        return check
    }

    /// The sums that the daemon keeps in memory, as far as it wrote them down.
    private func lastRun() throws -> VerifiedCheck {
        var check = VerifiedCheck(.run, unit: "run")
        let (row, totals) = try store.read { db in (try RunRepository(db).load(), try CounterRepository(db).totals()) }
        guard let state = RunState(row) else { return check }
        check.examine()
        let flow = state.flow
        if flow.remainder != 0 { check.differs("\(flow.remainder) of \(flow.received) messages are unaccounted for") }
        // The run's part of a sum is noted after it was stored.
        if Int64(flow.stored) > totals.stored {
            check.differs("\(flow.stored) events are stored by this run, and \(totals.stored) by all")
        }
        for reason in [FlowCounters.SkipReason.duplicate, .unknownActor, .forgotten] {
            let (count, sum) = (flow.skipped[reason] ?? 0, totals.skippedByReason[reason.rawValue] ?? 0)
            if count > sum {
                check.differs("\(count) messages are skipped as \(reason.rawValue) by this run, and \(sum) by all")
            }
        }
        return check
    }

    private func file() throws -> VerifiedCheck {
        var check = VerifiedCheck(.file, unit: "file")
        check.examine()
        let problems = try store.read { db in
            try VerificationRepository(db).fileProblems(limit: VerifiedCheck.toldDifferences)
        }
        for problem in problems { check.differs(problem) }
        return check
    }
}
