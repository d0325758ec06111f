import Store

/// A status report for people.
enum StatusText {
    static func text(_ report: StatusReport) -> String {
        var lines = FieldLines()
        let size = Words.bytes(report.database.bytes)
        let walSize = Words.bytes(report.database.walBytes)
        lines.add("database", "\(report.database.path), \(size), write-ahead log \(walSize)")
        addRun(report.run, to: &lines)
        for position in report.positions { lines.add("position", words(position)) }
        let rows = names.map { "\(Words.number(report.rows[$0] ?? 0)) \($0)" }.joined(separator: ", ")
        lines.add("log", "\(rows); \(Words.bytes(report.payloadBytes)) of messages")
        addTotals(report.totals, to: &lines)
        lines.add("retries", words(report.retries))
        let open = report.gaps.count > 0 ? ", \(Words.number(report.gaps.open)) of them open" : ""
        lines.add("gaps", Words.number(report.gaps.count) + open)
        for gap in report.gaps.newest { lines.add("gap \(gap.id)", words(gap)) }
        let accounts = report.accounts
        let hidden = "\(Words.number(accounts.hidden)) hidden"
        lines.add("accounts", "\(hidden), \(Words.number(accounts.needingResync)) to be read again")
        for actor in accounts.resync { lines.add("resync", "\(actor.did), at revision \(actor.rev)") }
        lines.add("last event", report.lastEvent.map(words) ?? "none")
        lines.add("last error", report.lastError.map(words) ?? "none")
        return lines.text
    }

    private static let names = ActivityStatus.allCases.map(\.rawValue)

    private static func addRun(_ run: RunReport?, to lines: inout FieldLines) {
        guard let run else { return lines.add("daemon", "never ran") }
        let start = Words.time(run.startedAt)
        let update = Words.time(run.updatedAt)
        lines.add(
            "daemon",
            run.isRunning
                ? "running as process \(run.processId) since \(start)"
                : "not running; its last run began \(start), connection and run below are stale"
        )
        if let connection = run.connection {
            lines.add("connection", words(connection))
            for host in connection.resting ?? [] {
                lines.add("resting", "\(host.host) until \(Words.time(host.until)): \(host.reason)")
            }
        }
        lines.add("fault", run.machineFault)
        lines.add("log pinned", run.logPinnedSince.map { "since \(Words.time($0)) by somebody who reads the database" })
        guard let flow = run.flow else { return lines.add("run", "unreadable: another version wrote it") }
        var parts = ["queued \(Words.number(flow.queued))", "in hand \(Words.number(flow.inHand))"]
        parts.append("stored \(Words.number(flow.stored))")
        parts +=
            named("skipped", flow.skipped.mapValues(Int64.init))
            + named("discarded", flow.discarded.mapValues(Int64.init))
        let sum = parts.joined(separator: " + ")
        lines.add(
            "run",
            "at \(update): received \(Words.number(flow.received)) = \(sum); \(remainder(Int64(flow.remainder)))"
        )
    }

    private static func addTotals(_ totals: StatusReport.Totals, to lines: inout FieldLines) {
        let statuses = names.map { "\($0) \(Words.number(totals.byStatus[$0] ?? 0))" }.joined(separator: " + ")
        lines.add("stored", "\(Words.number(totals.stored)) = \(statuses); \(remainder(totals.remainder))")
        lines.add("cleaned up", named("", totals.cleaned).joined(separator: ", "))
        lines.add("not stored", named("", totals.skipped).joined(separator: ", "))
    }

    /// The numbers that are not 0, by name.
    private static func named(_ word: String, _ numbers: [String: Int64]) -> [String] {
        numbers.filter { $0.value != 0 }.sorted { $0.key < $1.key }.map { name, number in
            "\(word.isEmpty ? "" : "\(word) ")\(name) \(Words.number(number))"
        }
    }

    private static func remainder(_ value: Int64) -> String {
        value == 0 ? "nothing unaccounted for" : "UNACCOUNTED FOR: \(Words.number(value))"
    }

    private static func words(_ connection: RunReport.Connection) -> String {
        let error = connection.lastError.map { "; last error: \($0)" } ?? ""
        let count = Words.count(Int64(connection.connections), "connection")
        return "\(connection.phase) since \(Words.time(connection.since)), \(connection.host), \(count)\(error)"
    }

    private static func words(_ position: StatusReport.Position) -> String {
        if position.isPlaceholder { return "\(position.host): no event yet, started \(Words.time(position.time))" }
        let lag = Words.duration(milliseconds: position.lagMilliseconds)
        return "\(position.host): \(position.kind) \(position.cursor), \(Words.time(position.time)), \(lag) behind"
    }

    private static func words(_ retries: StatusReport.Retries) -> String? {
        guard let next = retries.next else { return nil }
        let errors = Words.count(Int64(retries.waiting), "internal error")
        let isMore = retries.waiting >= PageLimit.examinedRows ? " or more" : ""
        return "\(errors)\(isMore) to be tried again, the first at \(Words.time(next))"
    }

    private static func words(_ gap: GapReport) -> String {
        let end = gap.healedAt.map { "; filled \(Words.time($0)): \(gap.healedHow ?? "")" } ?? ""
        return "\(Words.time(gap.from)) to \(Words.time(gap.to)), \(gap.host): \(gap.cause)\(end)"
    }

    private static func words(_ event: ActivityReport) -> String {
        let message = event.errorMessage.map { ": \($0)" } ?? ""
        let subject = event.uri ?? event.did
        return "\(event.id), \(Words.time(event.timestamp)), \(event.status) \(event.operation) \(subject)\(message)"
    }
}
