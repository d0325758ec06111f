import ArgumentParser
import Jetstream
import Store

/// Which events of the log a command is about: the same for all that take several.
struct ActivityFilterOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Only events of the last hours, by their own time.", valueName: "n"))
    var hours: Int?

    @Option(
        help: ArgumentHelp(
            "Only events from this time on, such as 2026-07-04 or 2026-07-04T14:38:08Z.",
            valueName: "time"
        )
    )
    var since: TimeArgument?

    @Option(help: ArgumentHelp("Only events before this time.", valueName: "time"))
    var until: TimeArgument?

    @Option(help: "Only events that ended so.")
    var status: ActivityStatus?

    @Option(name: .customLong("class"), help: "Only errors of this class.")
    var errorClass: ErrorClass?

    @Option(help: "Only one operation: create, update, delete, identity, account, sync.")
    var operation: String?

    @Option(help: ArgumentHelp("Only one collection, such as app.bsky.feed.post.", valueName: "nsid"))
    var collection: String?

    @Option(help: "Only one account.")
    var did: String?

    func validate() throws {
        if let hours { try Hours.validate(hours) }
        guard hours == nil || since == nil else { throw ValidationError("say one of: --hours, --since") }
        guard errorClass == nil || status ?? .error == .error else {
            throw ValidationError("--class is of events with --status error alone")
        }
    }

    /// Whether nothing was said.
    var isEmpty: Bool {
        hours == nil && since == nil && until == nil && status == nil && errorClass == nil && operation == nil
            && collection == nil && did == nil
    }

    /// The question to the log.
    ///
    /// - Parameter hours: The span when neither `--hours` nor `--since` nor `--until` says one; nil for all times.
    /// - Returns: The filter.
    func filter(hoursUnlessSaid hours: Int? = nil) -> ActivityFilter {
        let span = self.hours ?? (since == nil && until == nil ? hours : nil)
        let start = span.map { WallClock.system.now() - Int64($0) * Hours.microseconds }
        return ActivityFilter(
            sinceTimestamp: (since?.microseconds ?? start).map { UTCTimestamp.text(microseconds: $0) } ?? "",
            untilTimestamp: until.map { UTCTimestamp.text(microseconds: $0.microseconds) },
            status: status ?? (errorClass == nil ? nil : .error),
            errorClass: errorClass,
            operation: operation,
            collection: collection,
            did: did
        )
    }
}

/// A time that a user types: UTC, of which the end may be left out from a whole part on.
struct TimeArgument: ExpressibleByArgument {
    private static let zero = "0000-01-01T00:00:00.000000Z"

    /// Since the Unix epoch.
    let microseconds: Int64

    init?(argument: String) {
        var text = argument.hasSuffix("Z") ? String(argument.dropLast()) : argument
        text = text.replacing(" ", with: "T")
        // A day, then minutes, seconds, and any number of digits up to microseconds.
        guard [10, 16, 19].contains(text.count) || (21...26).contains(text.count) else { return nil }
        guard let time = UTCTimestamp.microseconds(text + TimeArgument.zero.dropFirst(text.count)) else { return nil }
        microseconds = time
    }
}
