import ArgumentParser
import Ingest
import Jetstream
import Store

/// `windsock verify`: whether the tables agree with one another.
struct VerifyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Recompute what the tables can tell, and say what differs.",
        discussion: """
            Compares the sums with the log and the records, looks for what each event that succeeded must have left, and \
            for records and tombstones that no event has made. Ends with 1 when anything differs. Reads everything that \
            is stored, in small parts, and is exact while the daemon writes.

              windsock verify --json | jq '.checks[] | select(.isSound | not)'
            """
    )

    @OptionGroup var databaseOptions: DatabaseOptions

    @Flag(help: "Have SQLite check the whole file as well; the write-ahead log grows meanwhile.")
    var deep = false

    @Flag(help: "Print one JSON document, as docs/CLI.md describes it.")
    var json = false

    func run() throws {
        let store = try databaseOptions.open(.readOnly)
        let verification = Verification(store: store, nowMicroseconds: WallClock.system.now())
        let checks = try verification.run(examinesFile: deep)
        let differing = checks.count { !$0.isSound }
        if json {
            let report = VerificationReport(
                database: store.path,
                isSound: differing == 0,
                checks: checks.map(VerificationReport.Check.init)
            )
            try Output.print(JSONDocument.text(report))
        } else {
            try Output.print(VerifyCommand.text(checks))
        }
        guard differing > 0 else { return }
        let message = "\(differing) of \(Words.count(Int64(checks.count), "check")) found something that differs"
        throw CommandFailure(code: CommandFailure.Code.failure, message: message)
    }

    private static func text(_ checks: [VerifiedCheck]) -> String {
        var table = TextTable([
            TextTable.Column(title: "CHECK"), TextTable.Column(title: "EXAMINED", isRight: true),
            TextTable.Column(title: "RESULT"),
        ])
        var lines = FieldLines()
        for check in checks {
            let result = check.isSound ? "ok" : Words.count(check.differenceCount, "difference")
            table.add([check.name.rawValue, Words.number(check.examined), result])
            for difference in check.differences { lines.add(check.name.rawValue, difference) }
            let untold = check.differenceCount - Int64(check.differences.count)
            if untold > 0 { lines.add(check.name.rawValue, "and \(Words.number(untold)) more") }
        }
        let text = table.text(width: nil)
        return lines.text.isEmpty ? text : "\(text)\n\n\(lines.text)"
    }
}
