import ArgumentParser
import Store

/// How much of a list is asked for, and in which form.
struct ListOptions: ParsableArguments {
    @Option(help: ArgumentHelp("How many at most: 1 to \(PageLimit.entries).", valueName: "n"))
    var limit = 50

    @Flag(help: "Print one JSON document, as docs/CLI.md describes it.")
    var json = false

    func validate() throws {
        guard (1...PageLimit.entries).contains(limit) else {
            throw ValidationError("--limit must be a whole number from 1 to \(PageLimit.entries) (got \(limit))")
        }
    }
}

/// How many of something, without a bound of its own.
enum Limit {
    static func validate(_ limit: Int) throws {
        guard limit >= 1 else { throw ValidationError("--limit must be a whole number from 1 on (got \(limit))") }
    }
}

/// A span of hours up to now.
enum Hours {
    /// Ten years, as in the configuration.
    static let range = 1...87_600

    static let microseconds: Int64 = 3600 * UTCTimestamp.microsecondsPerSecond

    static func validate(_ hours: Int) throws {
        guard range.contains(hours) else {
            let allowed = "\(range.lowerBound) to \(range.upperBound)"
            throw ValidationError("--hours must be a whole number from \(allowed) (got \(hours))")
        }
    }
}
