import GRDB
import Store
import Testing

@testable import Ingest

/// Which class an `error` gets, and when it is tried again.
@Suite
struct ErrorClassTests {
    private let harness: IngestHarness

    init() throws {
        harness = try IngestHarness()
    }

    @Test
    func `what is wrong with an event is a data error and is not tried again`() async throws {
        try await harness.process([
            "{ nonsense",
            SampleCommit(at: 1).with { $0.cid = nil }.json,
            SampleCommit(at: 2).with { $0.rev = "later" }.json,
            SampleCommit("frobnicate", at: 3).json,
            SampleCommit(at: 4).json,
            // The same revision once more, under another key of the log.
            SampleCommit("update", at: 4, text: "Another").json,
        ])
        let failed = try harness.log().filter { $0.id != 5 }
        #expect(failed.map(\.status) == Array(repeating: .error, count: 5))
        #expect(failed.last?.errorMessage == "Conflicting CID for one revision")
        #expect(failed.map(\.errorClass) == Array(repeating: .data, count: 5))
        #expect(failed.allSatisfy { $0.nextAttemptMicroseconds == nil })
        let success = try #require(try harness.log().first { $0.id == 5 })
        #expect((success.status, success.errorClass, success.nextAttemptMicroseconds) == (.success, nil, nil))
    }

    @Test
    func `an error that the event is not to blame for is tried again in a minute`() async throws {
        try harness.refuseRecords()
        try await harness.process([SampleCommit(at: 1).json])
        let row = try #require(try harness.log().first)
        #expect(row.errorMessage?.contains("refused by the test") == true)
        #expect((row.status, row.errorClass, row.attempts) == (.error, .internal, 0))
        #expect(row.nextAttemptMicroseconds == harness.clock.now + 60_000_000)
    }

    @Test
    func `recovery gives the class that the first attempt would have`() throws {
        try harness.logOnly([SampleCommit(at: 1).json, "{ nonsense"])
        try harness.refuseRecords()
        try harness.recover()
        let log = try harness.log()
        #expect(log.map(\.errorClass) == [.internal, .data])
        // The attempt of the recovery counts.
        #expect(log.map(\.attempts) == [1, 1])
        #expect(log.map(\.nextAttemptMicroseconds) == [harness.clock.now + 600_000_000, nil])
    }

    @Test
    func `an event that was interrupted three times waits an hour`() throws {
        let id = try #require(try harness.logOnly([SampleCommit(at: 1).json]).first)
        for _ in 0..<2 { _ = try harness.store.write { db in try ActivityRepository(db).beginAttempt(id) } }
        try harness.recover()
        let row = try #require(try harness.log().first)
        #expect((row.errorMessage, row.errorClass, row.attempts) == ("Interrupted 3 times", .internal, 2))
        #expect(row.nextAttemptMicroseconds == harness.clock.now + 3_600_000_000)
    }

    @Test
    func `the schedule ends`() {
        let waits = (0...6).map { RetrySchedule.next(afterAttempts: $0, nowMicroseconds: 0).map { $0 / 60_000_000 } }
        #expect(waits == [1, 10, 60, 360, 1440, nil, nil])
    }
}
