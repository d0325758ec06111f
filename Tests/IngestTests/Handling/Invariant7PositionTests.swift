import GRDB
import Jetstream
import Store
import Testing

@testable import Ingest
@testable import Jetstream

@Suite
struct Invariant7PositionTests {
    private let harness: IngestHarness
    private let otherHost = StreamSource(host: "other.example", wire: .v1, connection: 2)

    init() throws {
        harness = try IngestHarness()
    }

    private var keeper: DatabaseKeeper { DatabaseKeeper(store: harness.store, clock: harness.clock.wallClock) }

    /// What is stored before the very first connect.
    private func begin(at microseconds: Int64) throws {
        try keeper.begin(
            StreamPosition(
                host: harness.source.host,
                wire: .v1,
                seq: nil,
                timeMicroseconds: microseconds,
                isPlaceholder: true,
                coveredUntilMicroseconds: nil
            )
        )
    }

    private func commit(_ microseconds: Int64, seq: Int64? = nil) -> String {
        SampleCommit(at: 1).with { commit in
            commit.rev = TID(lastAt: baseMicroseconds + abs(microseconds % 1_000_000_000)).text
            commit.timeMicroseconds = microseconds
            commit.seq = seq
        }.json
    }

    private func expectPosition(
        at microseconds: Int64,
        seq: Int64? = nil,
        isPlaceholder: Bool = false,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let position = try #require(try keeper.position(), sourceLocation: sourceLocation)
        #expect(position.timeMicroseconds == microseconds, sourceLocation: sourceLocation)
        #expect(position.seq == seq, sourceLocation: sourceLocation)
        #expect(position.isPlaceholder == isPlaceholder, sourceLocation: sourceLocation)
    }
}

/// Positions of one host.
extension Invariant7PositionTests {
    @Test
    func `invariant 7: the first stored event replaces the placeholder, also by an earlier time`() async throws {
        try begin(at: harness.clock.now)
        try expectPosition(at: harness.clock.now, isPlaceholder: true)
        try await harness.process([commit(at(1))])
        try expectPosition(at: at(1))
    }

    @Test
    func `invariant 7: the newest time of all batches is kept, and the host and wire with it`() async throws {
        try await harness.process([commit(at(5)), commit(at(9)), commit(at(7))])
        try expectPosition(at: at(9))
        try await harness.process([commit(at(8))])
        try expectPosition(at: at(9))
        #expect(try harness.position()?.host == harness.source.host)
        #expect(try harness.position()?.wire == "v1")
        #expect(try harness.position()?.kind == "time")
        #expect(try harness.position()?.cursor == at(9))
    }

    @Test
    func `invariant 7: a seq is stored where the server sends one`() async throws {
        try await harness.process([commit(at(1), seq: 41), commit(at(3), seq: 42), commit(at(2))])
        try expectPosition(at: at(3), seq: 42)
        #expect(try harness.position()?.kind == "seq")
        #expect(try harness.position()?.cursor == 42)
    }

    @Test(arguments: [1_000_000_000_000_000, Int64.max])
    func `invariant 7: a number that would be read as a time is no seq`(_ seq: Int64) async throws {
        try await harness.process([commit(at(1), seq: 42), commit(at(2), seq: seq)])
        try expectPosition(at: at(2), seq: 42)
    }

    @Test(arguments: [false, true])
    func `invariant 7: a poisoned time moves nothing past the present`(_ isAlone: Bool) async throws {
        let now = harness.clock.now
        try begin(at: now)
        let poisoned = [commit(now + 60_000_001), commit(.max), commit(now + 86_400_000_000)]
        try await harness.process(isAlone ? poisoned : poisoned + [commit(now + 60_000_000)])
        // A server's clock may be a minute ahead, but the next start must not be.
        try expectPosition(at: now, isPlaceholder: isAlone)
        #expect(try harness.log().allSatisfy { $0.status != .processing })
    }

    @Test(arguments: [-5, Int64.min, 0, 1_000])
    func `invariant 7: a time of before the network began moves nothing back`(_ time: Int64) async throws {
        try begin(at: at(0))
        try await harness.process([commit(time)])
        try expectPosition(at: at(0), isPlaceholder: true)
        try await harness.process([commit(at(1))])
        try await harness.process([commit(time + 1)], from: otherHost)
        try expectPosition(at: at(1))
        #expect(try harness.log().count == 3)
    }

    @Test
    func `invariant 7: a message that cannot be read moves it by its time and seq`() async throws {
        try await harness.process([#"{"did":"did:plc:a","time_us":\#(at(5)),"cursor":7,"kind":"frobnicate"}"#])
        try expectPosition(at: at(5), seq: 7)
        try await harness.process(["{ nonsense"])
        try expectPosition(at: at(5), seq: 7)
    }

    @Test
    func `invariant 7: an identity of an unknown actor moves it, and is counted`() async throws {
        let flow = try await harness.process([
            SampleIdentity(handle: "a.example", seconds: 5, seq: 1).json,
            SampleAccount(active: true, seconds: 6, seq: 2).json,
        ]).flow
        #expect(flow.skipped == [.unknownActor: 2])
        #expect(flow.stored == 0)
        #expect(try harness.totals().skippedByReason == ["unknown_actor": 2])
        #expect(try harness.log().isEmpty)
        try expectPosition(at: at(6))
    }

    @Test
    func `invariant 7: a batch of duplicates moves it`() async throws {
        try await harness.process([commit(at(5))])
        try harness.execute("UPDATE jetstream_cursor SET time_us = \(at(1)), cursor = \(at(1))")
        try await harness.process([commit(at(5))])
        try expectPosition(at: at(5))
    }
}

/// Positions of several hosts.
extension Invariant7PositionTests {
    @Test
    func `invariant 7: seq and coverage of one host are not another's`() async throws {
        let coverage = StreamCoverage(source: harness.source, untilMicroseconds: at(20), beganLive: true)
        try await harness.process([commit(at(9), seq: 42)], coverage: coverage)
        harness.clock.now += 1
        try await harness.process([commit(at(3))], from: otherHost)
        let position = try #require(try keeper.position())
        #expect(position.host == otherHost.host)
        #expect(position.seq == nil)
        #expect(position.timeMicroseconds == at(3))
        #expect(position.coveredUntilMicroseconds == nil)
        let left = try harness.store.read { db in try CursorRepository(db).find(harness.source.host) }
        #expect(left?.cursor == 42)
    }

    @Test
    func `invariant 7: a seq without a time is not trusted`() async throws {
        try await harness.process([commit(at(9), seq: 5)])
        try await harness.process([#"{"did":"did:plc:a","cursor":7,"kind":"frobnicate"}"#])
        try expectPosition(at: at(9), seq: 5)
    }

    @Test
    func `invariant 7: a server that numbers anew is followed`() async throws {
        try await harness.process([commit(at(1), seq: 900_000)])
        try await harness.process([commit(at(2), seq: 3), commit(at(3), seq: 4)])
        try expectPosition(at: at(3), seq: 4)
    }
}

/// Time that a quiet connection covers.
extension Invariant7PositionTests {
    private var covered: Int64? { get throws { try harness.position()?.coveredUntilMicroseconds } }

    private func coverage(_ microseconds: Int64, beganLive: Bool, by source: StreamSource? = nil) -> StreamCoverage {
        StreamCoverage(source: source ?? harness.source, untilMicroseconds: microseconds, beganLive: beganLive)
    }

    @Test
    func `invariant 7: a connection that began live and brought nothing covers time`() async throws {
        try begin(at: at(0))
        try await harness.process([] as [String], coverage: coverage(at(30), beganLive: true))
        #expect(try covered == at(30))
        try expectPosition(at: at(0), isPlaceholder: true)
        try await harness.process([] as [String], coverage: coverage(at(20), beganLive: true))
        #expect(try covered == at(30))
    }

    @Test
    func `invariant 7: a connection that began in the past and brought nothing covers no time`() async throws {
        try begin(at: at(0))
        try await harness.process([] as [String], coverage: coverage(at(30), beganLive: false))
        #expect(try covered == nil)
    }

    @Test(arguments: [false, true])
    func `invariant 7: what follows an event is covered by the server's clock`(_ beganLive: Bool) async throws {
        // The server's clock is four seconds behind, or the way takes that long.
        harness.clock.now = at(104)
        try await harness.process([commit(at(100))], coverage: coverage(at(134), beganLive: beganLive))
        #expect(try covered == at(130))
        try expectPosition(at: at(100))
    }

    @Test(arguments: [false, true])
    func `invariant 7: a connection whose events are old covers no time`(_ beganLive: Bool) async throws {
        harness.clock.now = at(3600)
        try await harness.process([commit(at(3539))], coverage: coverage(at(3630), beganLive: beganLive))
        #expect(try covered == nil)
    }

    @Test
    func `invariant 7: an event of one connection says nothing of the next`() async throws {
        harness.clock.now = at(104)
        let next = StreamSource(host: harness.source.host, wire: .v1, connection: 2)
        try await harness.process([commit(at(100))], coverage: coverage(at(134), beganLive: false, by: next))
        #expect(try covered == nil)
    }

    @Test
    func `invariant 7: coverage outlives the events that follow`() async throws {
        try await harness.process([commit(at(5))])
        try await harness.process([] as [String], coverage: coverage(at(30), beganLive: true))
        try await harness.process([commit(at(10))])
        #expect(try covered == at(30))
        try expectPosition(at: at(10))
    }
}

/// What the reader asks for between two connections.
extension Invariant7PositionTests {
    @Test
    func `keeps nothing before the first start`() throws {
        #expect(try keeper.position() == nil)
    }

    @Test
    func `invariant 8: a gap is written down, and its end can move`() throws {
        let gap = StreamGap(
            host: "a.example",
            wire: .v1,
            fromMicroseconds: at(1),
            toMicroseconds: at(2),
            cause: "The server said so"
        )
        let number = try keeper.record(gap)
        try keeper.extendGap(number, toMicroseconds: at(5))
        let rows = try harness.store.read { db in try GapRepository(db).list(limit: 10) }
        let row = try #require(rows.first)
        #expect(rows.count == 1)
        #expect(row.id == number)
        #expect((row.host, row.wire, row.cause) == ("a.example", "v1", "The server said so"))
        #expect((row.fromMicroseconds, row.toMicroseconds) == (at(1), at(5)))
        #expect(row.detectedAtMicroseconds == harness.clock.now)
        #expect(row.healedAtMicroseconds == nil)
    }
}
