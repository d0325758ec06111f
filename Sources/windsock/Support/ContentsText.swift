import Ingest
import Store

/// What a copy of the database holds, for people.
enum ContentsText {
    /// One line without an end.
    static func words(_ contents: DatabaseContents) -> String {
        let position =
            contents.position.map {
                "the stream of \(TerminalText.escaped($0.host)) up to \(Words.time(microseconds: $0.timeMicroseconds)) UTC"
            } ?? "no position"
        return
            "\(Words.count(contents.events, "event")), \(Words.count(contents.records, "record")) and \(position) "
            + "(\(Words.bytes(contents.bytes)))"
    }

    /// How a command ends that has copied sums which are wrong in the database, too; nil when they are right.
    static func failure(_ contents: DatabaseContents) -> CommandFailure? {
        guard let first = contents.differences.first else { return nil }
        let more = contents.differences.count > 1 ? ", and \(contents.differences.count - 1) more" : ""
        let message =
            "the copy is whole, but its sums do not fit, as in what was copied: \(TerminalText.escaped(first))\(more); "
            + "windsock verify tells all of it"
        return CommandFailure(code: CommandFailure.Code.failure, message: message)
    }
}
