import ArgumentParser

/// Faults in time.
struct ScriptOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            """
            Refuse the first requests for a subscription with a status, and with a Retry-After if there is a third \
            number; can be repeated. 3:503 refuses three, 1:429:2 one that may come again in two seconds.
            """,
            valueName: "n:status[:s]"
        ),
        transform: ScriptText.refusal
    )
    var refuse: [(count: Int, answer: RefusalAnswer)] = []

    @Option(help: ArgumentHelp("Answer every options update of v1 with a close frame of this code.", valueName: "code"))
    var refuseOptions: UInt16?

    @Flag(help: "Send no commits to anybody, but identity and account events.")
    var blind = false

    @Flag(help: "Send no events to anybody, but answer.")
    var silent = false

    @Flag(help: "Answer nothing after the handshake, not even pings.")
    var halfOpen = false

    @Option(help: ArgumentHelp("Trickle out so many bytes a second to each connection.", valueName: "n"))
    var bytesPerSecond: Int?

    @Option(
        help: ArgumentHelp(
            """
            A script of faults, a JSON list such as [{"fault":"blind","atSecond":10,"seconds":5}, \
            {"fault":"cut","connection":2,"afterEvents":500}]. A moment is atSecond, or connection (from 1; without it \
            each) with afterEvents. Faults: cut, cut-mid-frame, reset, close (code), error (name), blind, silent, \
            half-open, slow (bytesPerSecond), refuse (status, message, retryAfterSeconds, count; connection is then \
            the number of the request), malformed (kind), account (kind), sync, new-dictionary, instance-reset, \
            look-back (events). blind, silent, half-open, slow and refuse last for seconds; then those that come \
            meanwhile meet them too. Without seconds a mode holds for the open connections, until they end.
            """,
            valueName: "path"
        )
    )
    var faults: String?

    @Option(help: ArgumentHelp("Draw faults at random, this far apart in the mean.", valueName: "seconds"))
    var faultEvery: Double?

    @Option(help: ArgumentHelp("What the random faults are drawn from.", valueName: "number"))
    var faultSeed: UInt64 = 1

    @Option(
        help: ArgumentHelp(
            """
            Which random faults, with commas (default: all but blind, instance-reset and look-back, after which a \
            client has missed something): \
            \(RandomFaultPlan.Kind.allCases.map(\.rawValue).joined(separator: ", ")).
            """,
            valueName: "kinds"
        ),
        transform: ScriptText.kinds
    )
    var faultKinds: [RandomFaultPlan.Kind] = RandomFaultPlan.Kind.harmless

    @Option(
        help: ArgumentHelp(
            """
            Write what was done to a file, one JSON object a line: connections, refusals, faults, and which events \
            each connection was sent and which were withheld from it.
            """,
            valueName: "path"
        )
    )
    var ledger: String?

    @Option(
        help: ArgumentHelp(
            """
            Write the whole stream to a file as it is made, one JSON object a line, whatever connections get to see of \
            it.
            """,
            valueName: "path"
        )
    )
    var journal: String?

    func validate() throws {
        if let faultEvery, faultEvery <= 0 {
            throw ValidationError("--fault-every: must be more than 0 (got \(faultEvery))")
        }
        if let bytesPerSecond, bytesPerSecond < 1 {
            throw ValidationError("--bytes-per-second: must be at least 1 (got \(bytesPerSecond))")
        }
    }

    func apply(to configuration: inout SimulatorConfiguration) throws {
        var first = 1
        for (count, answer) in refuse {
            configuration.refusals.append(RefusalPlan(answer, attempts: first...first + count - 1))
            first += count
        }
        configuration.optionsRefusalCode = refuseOptions
        configuration.modes.isBlind = blind
        configuration.modes.isSilent = silent
        configuration.modes.isHalfOpen = halfOpen
        configuration.modes.bytesPerSecond = bytesPerSecond
        configuration.faults = try faults.map(FaultScript.load) ?? []
        configuration.randomFaults = faultEvery.map {
            RandomFaultPlan(seed: faultSeed, everySeconds: $0, kinds: faultKinds)
        }
        configuration.ledgerPath = ledger
        configuration.journalPath = journal
    }
}

/// The arguments of faults.
enum ScriptText {
    static func refusal(_ text: String) throws -> (count: Int, answer: RefusalAnswer) {
        let numbers = text.split(separator: ":", omittingEmptySubsequences: false).map { Int($0) }
        guard (2...3).contains(numbers.count), let count = numbers[0], let status = numbers[1], count > 0,
            (400...599).contains(status), numbers.allSatisfy({ $0 ?? -1 >= 0 })
        else {
            throw ValidationError(
                "must be a number of requests, a status from 400 to 599, and perhaps seconds, such as 3:503 (got \(text))"
            )
        }
        let seconds = numbers.count > 2 ? numbers[2] : nil
        return (count, RefusalAnswer(status: status, retryAfterSeconds: seconds))
    }

    static func kinds(_ text: String) throws -> [RandomFaultPlan.Kind] {
        try text.split(separator: ",").map { name in
            guard let kind = RandomFaultPlan.Kind(rawValue: String(name)) else {
                throw ValidationError("there is no fault \"\(name)\"")
            }
            return kind
        }
    }
}
