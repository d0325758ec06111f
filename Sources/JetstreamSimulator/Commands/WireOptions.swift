import ArgumentParser

/// Which protocols are served, and what of the stream.
struct WireOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Serve only this one, v1 or v2; the other is answered with 404. Can be repeated.",
            valueName: "wire"
        )
    )
    var wires: [Wire] = Wire.allCases

    @Option(
        help: ArgumentHelp(
            """
            A zstd dictionary for both wires (default: one that is trained on generated events when it is first asked \
            for; the dictionary command writes it to a file).
            """,
            valueName: "path"
        )
    )
    var dictionary: String?

    @Option(
        help: ArgumentHelp(
            "How far old cursors reach, reckoned from the newest event (default: as far as the stream is kept).",
            valueName: "seconds"
        )
    )
    var lookbackSeconds: Double?

    @Option(help: ArgumentHelp("The same as a number of events.", valueName: "n"))
    var lookbackEvents: Int?

    @Option(help: ArgumentHelp("An account event after so many events, each status in turn.", valueName: "n"))
    var accountsEvery: Int?

    @Option(help: ArgumentHelp("A sync event, which only v2 carries, after so many events.", valueName: "n"))
    var syncsEvery: Int?

    func validate() throws {
        guard lookbackSeconds == nil || lookbackEvents == nil else {
            throw ValidationError("--lookback-seconds and --lookback-events say the same: give one of them")
        }
        if let lookbackSeconds, lookbackSeconds < 0 {
            throw ValidationError("--lookback-seconds: must not be negative (got \(lookbackSeconds))")
        }
        if let lookbackEvents, lookbackEvents < 0 {
            throw ValidationError("--lookback-events: must not be negative (got \(lookbackEvents))")
        }
    }

    func apply(to configuration: inout SimulatorConfiguration) throws {
        configuration.wires = Set(wires)
        configuration.dictionary = try dictionary.map { try ZstdDictionary(file: $0) }
        configuration.lookBack = lookbackEvents.map { .events($0) } ?? lookbackSeconds.map { .seconds($0) }
        configuration.accountEvery = accountsEvery
        configuration.syncEvery = syncsEvery
    }
}

extension Wire: ExpressibleByArgument {}
