import Foundation
import Ingest
import Store
import TestSupport
import Testing

@testable import Jetstream

@Suite struct StatusCommandTests {
    private let database: SampleDatabase

    init() throws {
        database = try SampleDatabase()
    }

    /// What a daemon that runs as a process would have left.
    private func saveRun(processID: Int, startedSecondsAgo: Int64, updatedSecondsAgo: Int64) throws {
        var flow = FlowCounters()
        flow.received = 12
        flow.queued = 1
        flow.inHand = 2
        flow.stored = 4
        flow.skipped = [.duplicate: 3]
        flow.discarded = [.stop: 2]
        var connection = ConnectionStatus.Snapshot()
        connection.phase = .connected
        connection.host = "jetstream.example"
        connection.connections = 2
        connection.lastError = "closed by the server:\n1006"
        let state = RunState(flow: flow, connection: connection, machineFault: nil)
        try save(
            state: String(decoding: JSONEncoder().encode(state), as: UTF8.self),
            processID: processID,
            startedSecondsAgo: startedSecondsAgo,
            updatedSecondsAgo: updatedSecondsAgo
        )
    }

    private func save(state: String, processID: Int, startedSecondsAgo: Int64, updatedSecondsAgo: Int64) throws {
        let store = try Store.open(path: database.path, access: .readWrite)
        try store.write { connection in
            try RunRepository(connection).save(
                processID: processID,
                startedAtMicroseconds: database.time(secondsAgo: startedSecondsAgo),
                updatedAtMicroseconds: database.time(secondsAgo: updatedSecondsAgo),
                stateJSON: state
            )
        }
        try store.close()
    }

    @Test func `names the hosts that are left alone, and why, while they are`() async throws {
        typealias Resting = ConnectionStatus.Snapshot.Resting
        var connection = ConnectionStatus.Snapshot()
        connection.resting = [
            Resting(
                host: "one.example",
                untilMicroseconds: database.time(secondsAgo: -600),
                reason: "refused with 400: bad\u{1B}"
            ),
            Resting(host: "two.example", untilMicroseconds: database.time(secondsAgo: 1), reason: "busy"),
        ]
        let state = RunState(flow: FlowCounters(), connection: connection, machineFault: nil)
        let text = String(decoding: try JSONEncoder().encode(state), as: UTF8.self)
        try save(state: text, processID: 0, startedSecondsAgo: 20, updatedSecondsAgo: 10)
        let resting = try await database.json("status")["run"]["connection"]["resting"].array
        #expect(resting.map { $0["host"].string } == ["one.example"])
        #expect(resting.first?["until"].string == database.text(secondsAgo: -600))
        let lines = try await database.run("status").standardOutput
        #expect(lines.contains("resting     one.example until "))
        #expect(lines.contains(#": refused with 400: bad\u{1B}"#))
        #expect(!lines.contains("two.example"))
    }

    @Test func `says since when a reader has held the write-ahead log, while the daemon runs`() async throws {
        let state = RunState(
            flow: FlowCounters(),
            connection: ConnectionStatus.Snapshot(),
            machineFault: nil,
            logPinnedSinceMicroseconds: database.time(secondsAgo: 90)
        )
        let text = String(decoding: try JSONEncoder().encode(state), as: UTF8.self)
        try save(state: text, processID: 0, startedSecondsAgo: 200, updatedSecondsAgo: 10)
        #expect(try await !database.run("status").standardOutput.contains("log pinned"), "nobody runs")
        let lock = try DatabaseLock(databaseAt: database.path)
        let since = try await database.json("status")["run"]["logPinnedSince"].string
        #expect(since == database.text(secondsAgo: 90))
        #expect(try await database.run("status").standardOutput.contains("log pinned  since "))
        withExtendedLifetime(lock) {}
    }

    private func savePosition() throws {
        let store = try Store.open(path: database.path, access: .readWrite)
        try store.write { connection in
            try CursorRepository(connection).save(
                StreamPositionRow(
                    host: "jetstream.example",
                    wire: "v1",
                    kind: "time",
                    cursor: database.time(secondsAgo: 90),
                    timeMicroseconds: database.time(secondsAgo: 90),
                    coveredUntilMicroseconds: database.time(secondsAgo: 30),
                    updatedAtMicroseconds: database.time(secondsAgo: 30)
                )
            )
            _ = try GapRepository(connection).record(
                host: "jetstream.example",
                wire: "v1",
                fromMicroseconds: database.time(secondsAgo: 600),
                toMicroseconds: database.time(secondsAgo: 500),
                cause: "a message of \u{1B}9 MiB",
                detectedAtMicroseconds: database.time(secondsAgo: 500)
            )
        }
        try store.close()
    }

    @Test func `tells of an empty database that nothing happened`() async throws {
        let document = try await database.json("status")
        let keys: Set = ["accounts", "database", "gaps", "payloadBytes", "positions", "retries", "rows", "totals"]
        #expect(document.keys == keys)
        #expect(document["database"]["path"].string == database.path)
        #expect(document["rows"]["success"].int == 0)
        #expect(document["totals"]["remainder"].int == 0)
        #expect(document["gaps"]["count"].int == 0)
        #expect(document["retries"]["waiting"].int == 0)
        #expect(document["retries"].keys == ["waiting"])
        let outcome = try await database.run("status")
        #expect(outcome.exitCode == 0)
        #expect(outcome.standardOutput.contains("daemon      never ran\n"))
        #expect(outcome.standardOutput.contains("last event  none\n"))
    }

    @Test func `shows position, lag, sums, gaps, newest event and error (invariant 5)`() async throws {
        try savePosition()
        try database.log([
            SampleDatabase.Event(ageSeconds: 50, rev: "a"),
            SampleDatabase.Event(ageSeconds: 40, rev: "b", status: .error, message: "Conflicting CID"),
            SampleDatabase.Event(ageSeconds: 45, rev: "c", status: .validationError, message: "no text"),
            SampleDatabase.Event(ageSeconds: 20, rev: "d", status: .processing),
        ])
        let document = try await database.json("status")
        let position = document["positions"][0]
        #expect(position["kind"].string == "time")
        #expect(position["time"].string == database.text(secondsAgo: 90))
        #expect(position["coveredUntil"].string == database.text(secondsAgo: 30))
        #expect(try #require(position["lagMilliseconds"].int) >= 30_000)
        #expect(try #require(position["lagMilliseconds"].int) < 90_000)
        #expect(document["totals"]["stored"].int == 4)
        #expect(document["totals"]["byStatus"]["validation_error"].int == 1)
        #expect(document["rows"]["processing"].int == 1)
        #expect(document["gaps"]["newest"][0]["from"].string == database.text(secondsAgo: 600))
        #expect(document["lastEvent"]["id"].int == 4)
        #expect(document["lastError"]["id"].int == 2)
        let text = try await database.run("status").standardOutput
        #expect(
            text.contains(
                "stored      4 = processing 1 + success 1 + validation_error 1 + error 1; nothing unaccounted for"
            )
        )
        #expect(text.contains(#": a message of \u{1B}9 MiB"#))
        #expect(text.contains("error create at://did:plc:alice/app.bsky.feed.post/3k1: Conflicting CID"))
    }

    @Test func `shows the sums of the run while its process is there`() async throws {
        try saveRun(processID: Int(getpid()), startedSecondsAgo: 0, updatedSecondsAgo: 0)
        let lock = try DatabaseLock(databaseAt: database.path)
        defer { withExtendedLifetime(lock) {} }
        let run = try await database.json("status")["run"]
        #expect(run.keys == ["processId", "isRunning", "startedAt", "updatedAt", "flow", "connection"])
        #expect(run["isRunning"].bool == true)
        #expect(run["flow"]["received"].int == 12)
        #expect(run["flow"]["skipped"]["duplicate"].int == 3)
        #expect(run["flow"]["discarded"]["stop"].int == 2)
        #expect(run["flow"]["remainder"].int == 0)
        #expect(run["connection"]["phase"].string == "connected")
        let text = try await database.run("status").standardOutput
        #expect(text.contains("daemon      running as process \(getpid()) since "))
        #expect(text.contains(#"last error: closed by the server:\u{A}1006"#))
        let sum = "received 12 = queued 1 + in hand 2 + stored 4 + skipped duplicate 3 + discarded stop 2"
        #expect(text.contains("\(sum); nothing unaccounted for"))
    }

    @Test func `calls a run stale whose process is gone, though another has its number now`() async throws {
        try saveRun(processID: Int(getpid()), startedSecondsAgo: 20, updatedSecondsAgo: 1)
        #expect(try await database.json("status")["run"]["isRunning"].bool == false)
        #expect(try await database.run("status").standardOutput.contains("daemon      not running; "))
    }

    @Test func `shows what keeps the daemon from writing, which the database cannot be told`() async throws {
        try saveRun(processID: Int(getpid()), startedSecondsAgo: 20, updatedSecondsAgo: 1)
        let lock = try DatabaseLock(databaseAt: database.path)
        lock.write(fault: "database or disk is full")
        #expect(try await database.json("status")["run"]["machineFault"].string == "database or disk is full")
        #expect(try await database.run("status").standardOutput.contains("fault       database or disk is full"))
        lock.write(fault: nil)
        #expect(try await database.json("status")["run"].keys.contains("machineFault") == false)
    }

    @Test func `shows the rest when another version wrote the run`() async throws {
        try save(state: #"{"newer": true}"#, processID: 0, startedSecondsAgo: 0, updatedSecondsAgo: 0)
        let run = try await database.json("status")["run"]
        #expect(run.keys == ["processId", "isRunning", "startedAt", "updatedAt"])
        #expect(try await database.run("status").standardOutput.contains("another version wrote it"))
    }
}
