import ArgumentParser

/// The simulator's command line.
@main
struct SimulatorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "windsock-simulator",
        abstract: "A Jetstream server for tests, demonstrations and benchmarks.",
        discussion: """
            Without arguments it serves a made-up network on ws://127.0.0.1:6008/subscribe, 500 events a second, which \
            looks like production: likes, posts in many scripts, deletes, updates, identity and account events. The \
            same stream is there as v2, on /xrpc/network.bsky.jetstream.subscribeEvents.

              windsock-simulator                                  live, like production
              windsock-simulator --events 100000 --from-start     the same 100,000 events to everybody, then wait
              windsock-simulator --file EVENTS.jsonl --close-at-end
              windsock-simulator --fault-every 20 --fault-seed 4 --ledger LEDGER.jsonl
              windsock-simulator record ws://host:6008/subscribe EVENTS.jsonl --count 1000
              windsock-simulator generate EVENTS.jsonl --events 300000 --seed 7
              windsock-simulator dictionary DICTIONARY.zdict

            A seed and a start time name a stream: the same two give the same events byte for byte.
            """,
        subcommands: [ServeCommand.self, RecordCommand.self, GenerateCommand.self, DictionaryCommand.self],
        defaultSubcommand: ServeCommand.self
    )
}
