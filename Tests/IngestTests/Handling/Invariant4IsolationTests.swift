import GRDB
import Jetstream
import Store
import TestSupport
import Testing

@testable import Ingest

@Suite
struct Invariant4IsolationTests {
    private let harness: IngestHarness

    init() throws {
        harness = try IngestHarness()
    }

    private func commits(_ seconds: Range<Int64>, record: String? = nil) -> [SampleCommit] {
        seconds.map { second in
            SampleCommit(at: second, rkey: "3lqz2abcde\(200 + second)").with { $0.record = record ?? $0.record }
        }
    }

    /// Lets the database refuse the records of one key, as a constraint would.
    private func refuse(_ commit: SampleCommit) throws {
        try harness.execute(
            """
            CREATE TRIGGER refuse BEFORE INSERT ON record WHEN new.rkey = '\(commit.rkey)'
            BEGIN SELECT RAISE(ABORT, 'refused by the test'); END
            """
        )
    }
}

/// Faults of an event.
extension Invariant4IsolationTests {
    @Test(arguments: [0, 5, 9])
    func `invariant 4: an event that the database refuses harms nobody else`(_ bad: Int) async throws {
        let commits = commits(0..<10)
        try refuse(commits[bad])
        try await harness.process(commits.map(\.json) + [SampleIdentity(handle: "a.example", seconds: 11, seq: 1).json])
        let log = try harness.log()
        #expect(log.map(\.status).enumerated().allSatisfy { $1 == ($0 == bad ? .error : .success) })
        #expect(log[bad].errorMessage?.hasPrefix("Database insert failed: ") == true)
        #expect(log[bad].errorMessage?.contains("refused by the test") == true)
        #expect(log[bad].payload == Array(commits[bad].json.utf8))
        for (index, commit) in commits.enumerated() { #expect((try harness.record(commit) == nil) == (index == bad)) }
        // The actor of the refused record, when it was the first one, was made by the next.
        #expect(try harness.actor()?.handle == "a.example")
        #expect(try harness.position()?.timeMicroseconds == at(11))
        try harness.expectSums()
    }

    @Test
    func `invariant 4: an event that the database refuses alone leaves no actor behind`() async throws {
        let bad = SampleCommit(at: 1)
        try refuse(bad)
        try await harness.run { running in
            running.feed([bad.json])
            try await running.settle()
            #expect(try harness.actor() == nil)
            // The handler must not take the actor for known that was rolled back.
            running.feed([SampleCommit(at: 2, rkey: "3lqz2abcdef2t").json])
            try await running.settle()
        }
        #expect(try harness.outcomes().map(\.status) == [.error, .success])
        #expect(try harness.actor() != nil)
        try harness.expectSums()
    }

    @Test
    func `invariant 4: what cannot be read or applied stands between its neighbours`() async throws {
        let lines = [
            SampleCommit(at: 1).json,
            "{ nonsense",
            SampleCommit(at: 2, rkey: "3lqz2abcdef2t").with { $0.cid = nil }.json,
            SampleCommit(at: 3, rkey: "3lqz2abcdef2u").json,
        ]
        try await harness.process(lines)
        #expect(try harness.outcomes().map(\.status) == [.success, .error, .error, .success])
        #expect(try harness.position()?.timeMicroseconds == at(3))
        try harness.expectSums()
    }
}

/// Faults of the machine.
extension Invariant4IsolationTests {
    /// Twenty records of two pages each.
    private var large: [SampleCommit] {
        commits(0..<20, record: #"{"text":"\#(String(repeating: "x", count: 30_000))"}"#)
    }

    @Test
    func `invariant 4: a disk that is full in commit 1 holds everything up and marks nothing`() async throws {
        let pages = try harness.pages()
        try await hold(large, stored: 0) { try harness.setPageLimit(pages + 11) }
    }

    @Test
    func `invariant 4: a disk that is full in commit 2 holds everything up and marks nothing`() async throws {
        // What commit 1 of the same batch takes elsewhere, and some of commit 2.
        let twin = try IngestHarness()
        try twin.logOnly(large.map(\.json))
        let pages = try twin.pages()
        try await hold(large, stored: large.count) { try harness.setPageLimit(pages + 11) }
    }

    /// Handles a batch that the machine's fault stops, and lets it go on.
    private func hold(_ batch: [SampleCommit], stored: Int, _ fault: () throws -> Void) async throws {
        try fault()
        let transactions = try StatementCounter(harness)
        try await harness.run(feeding: batch.map { SampleMessage($0.json) }) { running in
            try await eventually("a fault is noted") { running.state.machineFault != nil }
            running.feed(commits(20..<30).map(\.json))
            try await eventually("it was tried three times more") { [begins = transactions.begins] in
                transactions.begins >= begins + 3
            }
            #expect(running.state.machineFault?.contains("full") == true)
            #expect(running.state.flow.queued == 10)
            #expect(running.state.flow.stored == stored)
            #expect(running.state.flow.inHand == batch.count - stored)
            #expect(running.state.flow.remainder == 0)
            #expect(try harness.log().map(\.status) == Array(repeating: .processing, count: stored))
            #expect(try harness.number("SELECT count(*) FROM record") == 0)
            try harness.expectSums()

            try harness.letDatabaseGrow()
            try await running.settle()
            try await eventually("the fault is forgotten") { running.state.machineFault == nil }
        }
        #expect(try harness.count(status: .success) == batch.count + 10)
        #expect(try harness.log().count == batch.count + 10)
        #expect(try harness.number("SELECT count(*) FROM record") == Int64(batch.count + 10))
        try harness.expectSums()
    }

    @Test
    func `invariant 4: a lock that another process holds is waited for`() async throws {
        try harness.execute("PRAGMA busy_timeout = 10")
        let lock = try WriteLock(harness)
        try await harness.run(feeding: commits(0..<10).map { SampleMessage($0.json) }) { running in
            try await eventually("a fault is noted") { running.state.machineFault != nil }
            #expect(running.state.machineFault?.contains("locked") == true)
            #expect(running.state.flow.stored == 0)
            try await lock.release()
            try await running.settle()
        }
        #expect(try harness.count(status: .success) == 10)
        try harness.expectSums()
    }

    @Test
    func `invariant 4: a run that is stopped while nothing can be stored lets its batch go, uncovered`() async throws {
        try harness.fillDatabase()
        let run = try await harness.run(feeding: large.map { SampleMessage($0.json) }) { running in
            try await eventually("a fault is noted") { running.state.machineFault != nil }
        }
        #expect(run.state.flow.discarded == [.stop: large.count])
        #expect(run.state.flow.remainder == 0)
        #expect(try harness.log().isEmpty)
        #expect(try harness.position() == nil)
    }
}
