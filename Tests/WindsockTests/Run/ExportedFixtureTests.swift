import GRDB
import JetstreamSimulator
import Store
import TestSupport
import Testing

/// Any failure becomes a fixture: what an export wrote and the simulator serves fails again in the same way.
@Suite struct ExportedFixtureTests {
    private static func commit(_ rkey: String, _ rest: String, rev: String = "3lqz2abcdef22") -> String {
        #"{"did":"did:plc:z72i7hdynmk6r22z27h6tvur","time_us":1783175888085434,"kind":"commit","commit":{"rev":"\#(rev)","#
            + #""operation":"create","collection":"app.bsky.feed.post","rkey":"\#(rkey)"\#(rest)}}"#
    }

    private static let record =
        #","record":{"text":"hello"},"cid":"bafyreidbi5jg6zogvvl6hlyoxoqmcdl4fyoo5bqzr4mnfmmhclzy5fcfoq""#

    private static let good = [commit("good1", record), commit("good2", record)]

    /// A message for each way to fail that needs no other message.
    private static let bad = [
        commit("nocid", #","record":{"text":"é \u0000 ok"}"#),
        commit("norev", record, rev: "yesterday"),
        commit("odd", record).replacing(#""create""#, with: #""frobnicate""#),
        commit("odd", record).replacing(#""commit","commit""#, with: #""frobnicate","commit""#),
        "{ nonsense", "[1, 2]", #"{"did":"did:plc:a","time_us":1,"kind":"commit","commit":{}}"#,
        // Between its parts a line end is white space, in a text it is not allowed.
        commit("lines", #",\#n"record":{"text":"no cid"}"#),
        commit("broken", record.replacing("hello", with: "two\nlines")),
        #"{"$type":"message","payload":{"$type":"network.bsky.jetstream.subscribeEvents#create","did":"did:plc:a"}}"#,
    ]

    /// What became of each row, by id: all that does not depend on the bytes or the time of receipt.
    private func failures(_ path: String) throws -> [[String]] {
        let store = try Store.open(path: path, access: .readOnly)
        defer { try? store.close() }
        return try store.read { db in
            let sql = """
                SELECT operation, collection, did, rkey, cid, status, error_message, error_class FROM jetstream_activity
                WHERE status = 'error' ORDER BY id
                """
            return try Row.fetchAll(db, sql: sql).map { row in (0..<8).map { row[$0] ?? "none" } }
        }
    }

    /// Reads a stream to its end into a database of its own.
    private func read(_ source: SimulatorConfiguration.Source, rows: Int) async throws -> DaemonRig {
        var configuration = SimulatorConfiguration()
        configuration.source = source
        let rig = try await DaemonRig(configuration)
        let daemon = try rig.start()
        try await rig.waitForRows(Int64(rows))
        #expect(try await rig.stop(daemon) == .exited(0))
        try await rig.server.stop()
        return rig
    }

    @Test func `what failed, exported and served again, fails in the same way in a new database`() async throws {
        let (good, bad) = (ExportedFixtureTests.good, ExportedFixtureTests.bad)
        let first = try await read(.lines([good[0]] + bad + [good[1]]), rows: bad.count + good.count)
        let expected = try failures(first.database)
        try #require(expected.count == bad.count, "every bad message failed")

        let file = first.folder.path("failures.jsonl")
        let export = try await CommandRunner.run(
            "windsock",
            ["activity", "export", "--status", "error", "--output", file, "--database", first.database]
        )
        #expect(export.exitCode == 0, "\(export.standardError)")
        #expect(export.standardError == "wrote \(bad.count) events\n")

        let second = try await read(.file(path: file), rows: bad.count)
        #expect(try failures(second.database) == expected)
        #expect(try second.totals().rows(.success) == 0)
        #expect(try second.totals().stored == Int64(bad.count))
    }
}
