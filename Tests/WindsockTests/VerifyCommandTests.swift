import GRDB
import JetstreamSimulator
import Store
import TestSupport
import Testing

@Suite struct VerifyCommandTests {
    private func verify(_ rig: DaemonRig, _ options: String...) async throws -> CommandRunner.Outcome {
        try await CommandRunner.run("windsock", ["verify", "--database", rig.database] + options)
    }

    @Test func `invariant 5: a run's database is sound during the run and after it, and damage ends with 1`()
        async throws
    {
        var configuration = SimulatorConfiguration()
        configuration.source = .generated(events: 3_000)
        configuration.eventsPerSecond = 1_500
        let rig = try await DaemonRig(configuration)
        let expected = try ExpectedState(rig.server.events())
        let daemon = try rig.start()
        try await rig.waitForRows(500, applied: false)
        let during = try await verify(rig)
        #expect(during.exitCode == 0, "\(during.standardOutput)\(during.standardError)")
        try await rig.waitForCommits(expected.commits.count)
        #expect(try await rig.stop(daemon) == .exited(0))

        let after = try await verify(rig, "--deep")
        #expect(after.exitCode == 0)
        #expect(after.standardError.isEmpty)
        #expect(after.standardOutput.hasPrefix("CHECK        EXAMINED  RESULT\nsums                1  ok\n"))
        #expect(after.standardOutput.hasSuffix("\nfile                1  ok\n"))

        let store = try Store.open(path: rig.database, access: .readWrite)
        try store.write { db in
            try db.execute(sql: "UPDATE counter SET value = value + 1 WHERE name = 'payload_bytes'")
            try db.execute(sql: "DELETE FROM record WHERE id = (SELECT max(id) FROM record)")
        }
        try store.close()
        let damaged = try await verify(rig)
        #expect(damaged.exitCode == 1)
        #expect(damaged.standardError == "windsock: 3 of 12 checks found something that differs\n")
        #expect(damaged.standardOutput.contains("\nbytes        bytes of payloads: the sum is "))
        #expect(damaged.standardOutput.contains(" of at://did:plc:"))
        let document = try JSONReading(try await verify(rig, "--json").standardOutput)
        #expect(document["isSound"].bool == false)
        let differing = document["checks"].array.filter { $0["isSound"].bool == false }
        #expect(differing.map { $0["name"].string } == ["bytes", "collections", "effects"])
        #expect(differing.allSatisfy { $0["differenceCount"].int == 1 && $0["differences"].count == 1 })
        try await rig.server.stop()
    }

    @Test func `what the network wrote reaches the terminal escaped`() async throws {
        let database = try SampleDatabase()
        try database.log([SampleDatabase.Event(rkey: "a\u{1B}[2J")])
        let outcome = try await database.run("verify")
        #expect(outcome.exitCode == 1)
        #expect(outcome.standardOutput.contains(#"app.bsky.feed.post/a\u{1B}[2J at 3kaaaaaaaaa2s"#))
    }
}
