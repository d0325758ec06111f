import Foundation
import GRDB
import JetstreamSimulator
import Store
import TestSupport
import Testing
import Texts

@Suite struct ForgetCommandTests {
    private static let did = "did:plc:alice"

    private func filled() throws -> SampleDatabase {
        let database = try SampleDatabase()
        try database.log([
            SampleDatabase.Event(rev: "a"), SampleDatabase.Event(rev: "b"),
            SampleDatabase.Event(did: "did:plc:bob", rev: "c"),
        ])
        let collection: ByteText = "app.bsky.feed.post"
        try database.store([
            RecordKey(collection: collection, rkey: "k1", did: "did:plc:alice"),
            RecordKey(collection: collection, rkey: "k2", did: "did:plc:bob"),
        ])
        return database
    }

    @Test func `says what it would erase, and erases nothing`() async throws {
        let database = try filled()
        let outcome = try await database.run("forget", Self.did, "--dry-run")
        #expect(outcome.exitCode == 0, "\(outcome.standardError)")
        let what = "1 record, 0 tombstones, 2 events (108 B of messages) and what was known of the account"
        #expect(outcome.standardOutput == "would erase \(what)\n")
        #expect(try await database.json("activity")["items"].count == 3)
    }

    @Test(arguments: [[], ["--block"]])
    func `erases one person and leaves the others`(_ options: [String]) async throws {
        let database = try filled()
        let arguments = ["forget", Self.did, "--database", database.path] + options
        let outcome = try await CommandRunner.run("windsock", arguments)
        #expect(outcome.exitCode == 0, "\(outcome.standardError)")
        let lines = outcome.standardOutput.split(separator: "\n")
        #expect(
            lines.first?.hasPrefix("erased 1 record, 0 tombstones, 2 events (108 B of messages) and what was") == true
        )
        #expect(lines.last?.hasSuffix("; backups and the logs of the system are not touched") == true)
        #expect(lines.last?.hasPrefix(options.isEmpty ? "events up to 20" : "no events of this DID are stored") == true)
        let items = try await database.json("activity")["items"].array
        #expect(items.compactMap { $0["did"].string } == ["did:plc:bob"])
        #expect(try await database.json("records", "--did", Self.did)["items"].count == 0)
        let status = try await database.json("status")
        #expect(status["totals"]["remainder"].int == 0)
        #expect(status["rows"]["success"].int == 1)
    }

    @Test func `says what is left when the write-ahead log is being read, with 1`() async throws {
        let database = try filled()
        var configuration = Configuration()
        configuration.allowsUnsafeTransactions = true
        let reader = try DatabaseQueue(path: database.path, configuration: configuration)
        try await reader.writeWithoutTransaction { db in
            try db.execute(sql: "BEGIN; SELECT count(*) FROM record")
        }
        let outcome = try await database.run("forget", Self.did)
        #expect(outcome.exitCode == 1)
        #expect(outcome.standardOutput.hasPrefix("erased 1 record, "))
        #expect(
            outcome.standardError.hasPrefix("windsock: \(database.path)-wal may still hold what was erased, since ")
        )
        try reader.close()
        #expect(try await database.run("forget", Self.did).exitCode == 0)
    }

    @Test(arguments: [["alice"], [], ["did:plc:a", "did:plc:b"]])
    func `refuses what names no person`(_ arguments: [String]) async throws {
        let database = try filled()
        let outcome = try await CommandRunner.run("windsock", ["forget", "--database", database.path] + arguments)
        #expect(outcome.exitCode == 64)
    }

    @Test func `erases beside a running daemon, to whom a rewind then brings nothing back`() async throws {
        var configuration = SimulatorConfiguration()
        configuration.source = .generated(events: 3_000)
        configuration.seed = 11
        let rig = try await DaemonRig(configuration)
        let lines = rig.server.events()
        let daemon = try rig.start()
        try await rig.waitForCommits(try ExpectedState(lines).commits.count)
        let store = try Store.open(path: rig.database, access: .readOnly)
        let busiest = "SELECT did FROM record GROUP BY did ORDER BY count(*) DESC LIMIT 1"
        let did = try #require(try store.read { try String.fetchOne($0, sql: busiest) })
        let rows =
            "SELECT (SELECT count(*) FROM jetstream_activity WHERE did = ?1) + (SELECT count(*) FROM record WHERE did = ?1)"
        let stored = try #require(try store.read { try Int.fetchOne($0, sql: rows, arguments: [did]) })
        #expect(stored > 2)
        let arguments = ["forget", did, "--database", rig.database]
        let outcome = try await CommandRunner.run("windsock", arguments)
        #expect(outcome.exitCode == 0, "\(outcome.standardOutput) \(outcome.standardError)")
        rig.server.append(lines)
        try await eventually("the events of the person are skipped") {
            let skipped = try rig.totals().skippedByReason
            return skipped["forgotten", default: 0] > 1 && skipped["duplicate", default: 0] > 2_000
        }
        #expect(try await rig.stop(daemon) == .exited(0))
        #expect(try store.read { try Int.fetchOne($0, sql: rows, arguments: [did]) } == 0)
        try store.close()
        #expect(try rig.totals().remainder == 0)
        try await rig.server.stop()
    }
}
