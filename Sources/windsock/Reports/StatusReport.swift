import Store

/// Where the stream stands and what the database holds, as `--json` prints it: a contract, fields are only ever added.
struct StatusReport: Encodable {
    struct File: Encodable {
        let path: String
        let bytes: Int64
        let walBytes: Int64
    }

    /// How far one host was read.
    struct Position: Encodable {
        let host: String
        let wire: String
        /// What the cursor is: `seq` or `time`.
        let kind: String
        let cursor: Int64
        /// The time that the position stands for.
        let time: String
        /// Whether no event was stored yet.
        let isPlaceholder: Bool
        /// Up to when nothing can have been missed though nothing came.
        let coveredUntil: String?
        let updatedAt: String
        /// From the time that is covered to now, at least 0.
        let lagMilliseconds: Int64
    }

    /// The sums over everything that was ever stored (invariant 5).
    struct Totals: Encodable {
        let stored: Int64
        /// How many events ended in each status; for `processing`, how many are in it.
        let byStatus: [String: Int64]
        /// How many of each were deleted from the log.
        let cleaned: [String: Int64]
        /// How many were not stored, by reason.
        let skipped: [String: Int64]
        /// What is not accounted for: anything but 0 is a fault.
        let remainder: Int64
    }

    /// Internal errors that are tried again by themselves.
    struct Retries: Encodable {
        /// How many wait for their next attempt; at most 20,000, which then means that many or more.
        let waiting: Int
        /// When the first of them is due; left out when none waits.
        let next: String?
    }

    struct Gaps: Encodable {
        /// All that were ever noted.
        let count: Int64
        /// Those of them that were not filled.
        let open: Int64
        /// The newest ones, newest first.
        let newest: [GapReport]
    }

    let database: File
    /// The daemon that runs or ran last; left out when none ever did.
    let run: RunReport?
    let positions: [Position]
    /// The events in the log by status.
    let rows: [String: Int64]
    /// The bytes of the messages in the log.
    let payloadBytes: Int64
    let totals: Totals
    let retries: Retries
    let gaps: Gaps
    let accounts: AccountsReport
    /// The newest event by its own time.
    let lastEvent: ActivityReport?
    /// The newest event that ended as `error` or `validation_error`.
    let lastError: ActivityReport?
}

extension StatusReport.Position {
    init(_ row: StreamPositionRow, nowMicroseconds: Int64) {
        let covered = max(row.timeMicroseconds, row.coveredUntilMicroseconds ?? .min)
        let (lag, isOverflow) = nowMicroseconds.subtractingReportingOverflow(covered)
        self.init(
            host: row.host,
            wire: row.wire,
            kind: row.kind,
            cursor: row.cursor,
            time: UTCTimestamp.text(microseconds: row.timeMicroseconds),
            isPlaceholder: row.isPlaceholder,
            coveredUntil: row.coveredUntilMicroseconds.map(UTCTimestamp.text),
            updatedAt: UTCTimestamp.text(microseconds: row.updatedAtMicroseconds),
            lagMilliseconds: isOverflow ? 0 : max(lag, 0) / 1000
        )
    }
}

extension StatusReport.Retries {
    init(_ waiting: WaitingErrors) {
        self.init(waiting: waiting.count, next: waiting.nextMicroseconds.map(UTCTimestamp.text))
    }
}

extension StatusReport.Totals {
    init(_ totals: ActivityTotals) {
        self.init(
            stored: totals.stored,
            byStatus: StatusReport.byName { totals.byStatus[$0, default: 0] },
            cleaned: StatusReport.byName { totals.cleanedByStatus[$0, default: 0] },
            skipped: totals.skippedByReason,
            remainder: totals.remainder
        )
    }
}

extension StatusReport {
    /// A number for every status, also for those that have none.
    static func byName(_ number: (ActivityStatus) -> Int64) -> [String: Int64] {
        Dictionary(uniqueKeysWithValues: ActivityStatus.allCases.map { ($0.rawValue, number($0)) })
    }
}
