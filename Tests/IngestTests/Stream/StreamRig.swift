import GRDB
import Jetstream
import JetstreamSimulator
import Logging
import Store
import Synchronization
import TestSupport
import Testing

@testable import Ingest

/// Simulated hosts, and behind them all of the daemon that a stream goes through: reader, handler and database.
///
/// It knows every commit that was ever made, so that the ledger of gaps can be compared with what is really missing.
final class StreamRig: Sendable {
    let harness: IngestHarness
    let servers: [SimulatorServer]
    /// When each commit happened, by its record key.
    private let made = Mutex<[String: Int64]>([:])
    /// So many of the next gaps cannot be written down.
    let failures = Mutex(0)
    /// The filters of the last run, as the daemon keeps them.
    private let filters = Mutex<String?>(nil)

    var server: SimulatorServer { servers[0] }

    /// Starts hosts without events.
    ///
    /// - Parameters:
    ///   - count: how many hosts.
    ///   - change: how they differ from one that does what it should.
    /// - Throws: what the simulator or the database says.
    init(hosts count: Int = 1, _ change: (inout SimulatorConfiguration) -> Void = { _ in }) async throws {
        harness = try IngestHarness()
        harness.clock.now = at(0)
        var servers: [SimulatorServer] = []
        for _ in 0..<count {
            var configuration = SimulatorConfiguration()
            configuration.source = .lines([])
            change(&configuration)
            servers.append(try await SimulatorServer.start(configuration))
        }
        self.servers = servers
    }

    func stopServers() async throws {
        for server in servers { try await server.stop() }
    }

    /// What a reader of the hosts on a wire is given; bare names where there is none.
    func configuration(
        _ wire: Wire?,
        _ change: (inout JetstreamReader.Configuration) -> Void = { _ in }
    ) throws -> JetstreamReader.Configuration {
        let urls = servers.map { server in wire.map { server.url(of: $0) } ?? "ws://127.0.0.1:\(server.port)" }
        var hosts: [JetstreamHost] = []
        for url in urls { hosts.append(try JetstreamHost(url)) }
        var configuration = JetstreamReader.Configuration(
            hosts: hosts,
            subscription: Subscription(),
            caFile: nil,
            userAgent: "windsock tests"
        )
        configuration.isCompressionWanted = false
        configuration.limits.sightInterval = .milliseconds(10)
        change(&configuration)
        return configuration
    }

    fileprivate var keeper: DatabaseKeeper {
        DatabaseKeeper(
            store: harness.store,
            clock: harness.clock.wallClock,
            filtersBefore: filters.withLock(\.self)
        )
    }

    /// Stores a position, as a first start does, before all events.
    func begin(atSeconds seconds: Int64 = -1) throws {
        try keeper.begin(
            StreamPosition(
                host: "127.0.0.1:\(server.port)",
                wire: .v1,
                seq: nil,
                timeMicroseconds: at(seconds),
                isPlaceholder: true,
                coveredUntilMicroseconds: nil
            )
        )
    }

    /// A reader that asks the database; it runs in `run`.
    func reader(_ configuration: JetstreamReader.Configuration) throws -> JetstreamReader {
        try JetstreamReader(
            configuration,
            keeper: FailingKeeper(rig: self),
            clock: harness.clock.wallClock
        )
    }

    /// Runs reader and handler while `body` does, then stops both.
    func run(
        _ configuration: JetstreamReader.Configuration,
        _ body: (JetstreamReader) async throws -> Void
    ) async throws {
        let reader = try reader(configuration)
        let handler = EventHandler(
            EventHandler.Options(commitInterval: .milliseconds(1), emptiesPayloads: false),
            store: harness.store,
            queue: reader.queue,
            connection: reader.status,
            clock: harness.clock.wallClock,
            logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
        )
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await reader.run() }
            group.addTask { await handler.run() }
            defer { reader.stop() }
            try await body(reader)
            reader.stop()
            try await group.waitForAll()
        }
        filters.withLock { $0 = reader.status.snapshot.filters }
        #expect(reader.queue.counters.remainder == 0, "invariant 5")
    }
}

// MARK: - Events

extension StreamRig {
    /// The record key of the commit of a second.
    static func key(_ second: Int64) -> String { "r\(second)" }

    /// Has commits happen, one a second, and moves the clock on to the last one.
    ///
    /// - Parameters:
    ///   - seconds: when, after the base.
    ///   - collection: of which collection.
    ///   - hosts: the hosts that have them; nil for all.
    ///   - numbering: the sequence number of the base second on the first host; each other host numbers on its own. Nil
    ///     makes events without.
    func make(
        _ seconds: Range<Int64>,
        of collection: String = "app.bsky.feed.post",
        on hosts: [Int]? = nil,
        numbering: Int64? = 1_000
    ) {
        made.withLock { made in
            for second in seconds { made[StreamRig.key(second)] = at(second) }
        }
        harness.clock.now = max(harness.clock.now, at(seconds.upperBound - 1) + 1)
        for host in hosts ?? Array(servers.indices) {
            servers[host].append(
                seconds.map { second in
                    SampleCommit(at: second, rkey: StreamRig.key(second)).with { commit in
                        commit.collection = collection
                        commit.seq = numbering.map { $0 + second + Int64(host) * 1_000_000 }
                    }.json
                }
            )
        }
    }

    /// The second after the last commit that was made.
    var next: Int64 {
        let newest = made.withLock { $0.values.max() } ?? at(-1)
        return (newest - at(0)) / 1_000_000 + 1
    }

    func stored() throws -> Set<String> {
        try harness.store.read { db in Set(try String.fetchAll(db, sql: "SELECT rkey FROM jetstream_activity")) }
    }

    /// Waits until the commits of these seconds are stored.
    func waitForStored(_ seconds: Range<Int64>, _ reader: JetstreamReader) async throws {
        let wanted = Set(seconds.map(StreamRig.key))
        try await eventually("\(seconds) are stored; \(reader.status.snapshot)") {
            try wanted.isSubset(of: stored())
        }
    }
}

// MARK: - The ledger

extension StreamRig {
    /// All gaps, the oldest first.
    func gaps() throws -> [GapRow] {
        try harness.store.read { db in try GapRepository(db).list(limit: 1_000) }.reversed()
    }

    /// Invariant 8: expects that the open gaps hold all commits that were made and are not stored, and that each of them
    /// holds one.
    ///
    /// - Parameters:
    ///   - open: how the causes of the open gaps begin, the oldest first.
    ///   - healed: the same of the filled ones.
    ///   - sourceLocation: the test's.
    /// - Throws: `DatabaseError`.
    func expectHonestLedger(
        open: [String] = [],
        healed: [String] = [],
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let gaps = try gaps()
        let stored = try stored()
        let missing = made.withLock { $0.filter { !stored.contains($0.key) } }
        let openGaps = gaps.filter { $0.healedAtMicroseconds == nil }
        let unsaid = missing.filter { event in
            !openGaps.contains { $0.fromMicroseconds <= event.value && event.value <= $0.toMicroseconds }
        }
        #expect(unsaid.isEmpty, "missing, and in no gap of \(gaps)", sourceLocation: sourceLocation)
        for gap in openGaps {
            let isTrue = missing.values.contains { gap.fromMicroseconds <= $0 && $0 <= gap.toMicroseconds }
            #expect(isTrue, "nothing is missing in \(gap)", sourceLocation: sourceLocation)
        }
        let healedGaps = gaps.filter { $0.healedAtMicroseconds != nil }
        for (found, wanted) in [(openGaps, open), (healedGaps, healed)] {
            let causes = found.map(\.cause)
            let isAsScripted = causes.count == wanted.count && zip(causes, wanted).allSatisfy { $0.hasPrefix($1) }
            #expect(isAsScripted, "\(causes) for \(wanted)", sourceLocation: sourceLocation)
        }
    }
}

/// Keeps positions and gaps in the database, and fails where the rig wants it to.
private struct FailingKeeper: StreamKeeper {
    struct Failure: Error {}

    let rig: StreamRig

    func record(_ gap: StreamGap) throws -> Int64 {
        let fails = rig.failures.withLock { left in
            defer { left = max(0, left - 1) }
            return left > 0
        }
        if fails { throw Failure() }
        return try rig.keeper.record(gap)
    }

    func position() throws -> StreamPosition? { try rig.keeper.position() }

    func begin(_ position: StreamPosition) throws { try rig.keeper.begin(position) }

    func extendGap(_ number: Int64, toMicroseconds: Int64) throws {
        try rig.keeper.extendGap(number, toMicroseconds: toMicroseconds)
    }

    func openGap(causedBy word: String) throws -> LoggedGap? { try rig.keeper.openGap(causedBy: word) }

    func memory(before position: StreamPosition, askedWith subscription: Subscription) throws -> StreamMemory? {
        try rig.keeper.memory(before: position, askedWith: subscription)
    }
}
