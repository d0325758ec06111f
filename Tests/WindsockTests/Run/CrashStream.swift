import Foundation
import GRDB
import Glibc
import JetstreamSimulator
import Store
import TestSupport
import Testing

/// A stream that a daemon is read through to its end, however often it is killed on the way.
struct CrashStream {
    private static let events = 1_500
    /// Each part comes when the one before it is stored: so many batches there are at least, on any machine.
    private static let parts = 5

    private let parts: [[String]]
    /// The last number of each part.
    private let ends: [Int64]
    /// Deletes the account with the most events.
    private let deletion: String
    private let lastSeq: Int64
    /// Of a record in the middle of the stream.
    private let refusedKey: String

    init() async throws {
        var configuration = SimulatorConfiguration()
        configuration.source = .generated(events: CrashStream.events)
        configuration.hasSequences = true
        let server = try await SimulatorServer.start(configuration)
        let lines = server.events()
        try await server.stop()
        let events = try lines.map { line in
            try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
        }
        let commits = events.filter { $0["commit"] != nil }
        let counts = commits.reduce(into: [String: Int]()) { $0[$1["did"] as? String ?? "", default: 0] += 1 }
        let created = commits.compactMap { $0["commit"] as? [String: Any] }.filter { $0["record"] != nil }
        refusedKey = try #require(created[created.count / 2]["rkey"] as? String)
        let did = try #require(counts.max { ($0.value, $0.key) < ($1.value, $1.key) }?.key)
        let length = CrashStream.events / CrashStream.parts
        let begins = stride(from: 0, to: CrashStream.events, by: length)
        parts = begins.map { Array(lines[$0..<$0 + length]) }
        ends = try begins.map { try #require(events[$0 + length - 1]["cursor"] as? Int64) }
        let last = try #require(events.last)
        lastSeq = try #require(last["cursor"] as? Int64) + 1
        let time = try #require(last["time_us"] as? Int64) + 1_000_000
        deletion =
            #"{"did":"\#(did)","time_us":\#(time),"cursor":\#(lastSeq),"kind":"account","account":{"active":false,"did":"\#(did)","#
            + #""seq":9000000000,"time":"\#(UTCTimestamp.text(microseconds: time))","status":"deleted"}}"#
    }

    /// Reads the stream in a new folder.
    ///
    /// - Parameters:
    ///   - refusing: whether the database refuses one record, so that its batch is applied one by one.
    ///   - cleaning: whether, when all was read, the older half of the log falls due and the records of an account go.
    ///   - crashes: where it is killed, one start after the other: while the stream is read, or while that is cleaned.
    /// - Returns: what the database holds in the end.
    /// - Throws: what keeps it from getting there.
    func run(
        refusing: Bool = true,
        cleaning: Bool = false,
        crashes: [CrashTests.Crash] = []
    ) async throws -> TableDump {
        var configuration = SimulatorConfiguration()
        configuration.source = .lines([])
        let rig = try await DaemonRig(configuration)
        var parts = parts + (cleaning ? [] : [[deletion]])
        if refusing { try await refuseOneRecord(rig) }
        if cleaning {
            try await finish(rig, &parts, seq: lastSeq - 1)
            try await execute("UPDATE jetstream_activity SET received_at = 1 WHERE id <= \(Self.events / 2)", rig)
            parts = [[deletion]]
        }
        for crash in crashes { try await crashOnce(crash, rig, &parts, cleaning: cleaning) }
        try await finish(rig, &parts, seq: lastSeq)
        try await rig.server.stop()
        #expect(try await rig.verify() == nil)
        return try TableDump(rig.database)
    }

    /// Starts the daemon, and has it killed.
    private func crashOnce(
        _ crash: CrashTests.Crash,
        _ rig: DaemonRig,
        _ parts: inout [[String]],
        cleaning: Bool
    ) async throws {
        let started = try StartedDaemon(
            rig,
            environment: ["WINDSOCK_CRASH_AT": "\(crash.point.rawValue):\(crash.pass)"]
        )
        try await eventually("it is killed at \(crash): \(started.log)") {
            try feed(rig, &parts)
            if cleaning, started.isConnected { started.process.send(SIGUSR1) }
            // Its end is where the write-ahead log is moved.
            if !cleaning, crash.point.rawValue.hasPrefix("checkpoint"), try hasRead(rig, seq: lastSeq) {
                started.process.send(SIGTERM)
            }
            return !started.process.isRunning
        }
        #expect(try await started.process.ending() == .killed(SIGKILL), "the fault happened")
    }

    /// Reads to the end of the stream, cleans up, and stops.
    private func finish(_ rig: DaemonRig, _ parts: inout [[String]], seq: Int64) async throws {
        let started = try StartedDaemon(rig)
        try await eventually("all is read and cleaned: \(started.log)") {
            try feed(rig, &parts)
            guard started.isConnected else { return false }
            started.process.send(SIGUSR1)
            return try hasRead(rig, seq: seq) && isClean(rig)
        }
        #expect(try await rig.stop(started.process) == .exited(0))
    }

    /// Has the next part come, if what came before is stored.
    private func feed(_ rig: DaemonRig, _ parts: inout [[String]]) throws {
        guard let next = parts.first else { return }
        let before = self.parts.firstIndex(of: next).map { $0 == 0 ? 0 : ends[$0 - 1] } ?? lastSeq - 1
        guard try before == 0 || hasRead(rig, seq: before) else { return }
        rig.server.append(next)
        parts.removeFirst()
    }

    private func hasRead(_ rig: DaemonRig, seq: Int64) throws -> Bool {
        try rig.read(else: false) { db in
            let totals = try CounterRepository(db).totals()
            return try CursorRepository(db).newest()?.cursor == seq && totals.rows(.processing) == 0
        }
    }

    private func isClean(_ rig: DaemonRig) throws -> Bool {
        try rig.read(else: false) { db in
            let old = "SELECT EXISTS (SELECT 1 FROM jetstream_activity WHERE received_at = 1)"
            let hasOld = try Bool.fetchOne(db, sql: old) ?? true
            return try !hasOld && ActorRepository(db).pendingPurges(limit: 1).isEmpty
        }
    }

    private func refuseOneRecord(_ rig: DaemonRig) async throws {
        try Store.open(path: rig.database, access: .daemon(synchronous: .normal)).close()
        try await execute(
            """
            CREATE TRIGGER refuse BEFORE INSERT ON record WHEN new.rkey = '\(refusedKey)'
            BEGIN SELECT RAISE(ABORT, 'refused by the test'); END
            """,
            rig
        )
    }

    private func execute(_ sql: String, _ rig: DaemonRig) async throws {
        try await DatabaseQueue(path: rig.database).write { db in try db.execute(sql: sql) }
    }
}

/// A daemon, and what it has written since it was started.
private struct StartedDaemon {
    let process: RunningProcess
    private let logBefore: Int

    init(_ rig: DaemonRig, environment: [String: String] = [:]) throws {
        logBefore = (try? String(contentsOfFile: rig.folder.path("windsock.log"), encoding: .utf8).count) ?? 0
        process = try rig.start(environment: environment)
    }

    var log: Substring { process.log.dropFirst(logBefore) }
    /// From here on signals do what they should.
    var isConnected: Bool { log.contains("Connected") }
}
