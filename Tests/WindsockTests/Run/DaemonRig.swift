import Foundation
import GRDB
import JetstreamSimulator
import Store
import TestSupport
import Testing

/// A simulated Jetstream and a folder for the daemon that reads it.
struct DaemonRig {
    let server: SimulatorServer
    let folder: TemporaryFolder
    let database: String

    /// Starts a server.
    ///
    /// - Parameters:
    ///   - configuration: the server's.
    ///   - database: where the daemon's database is; nil for the rig's folder.
    /// - Throws: what the server throws.
    init(_ configuration: SimulatorConfiguration, database: String? = nil) async throws {
        var configuration = configuration
        // The daemon's first cursor is the present, which lies after what these streams hold.
        configuration.replaysFutureCursors = true
        folder = try TemporaryFolder()
        self.database = database ?? folder.path("windsock.db")
        server = try await SimulatorServer.start(configuration)
    }

    /// Starts the daemon on the rig's database.
    func start(
        _ arguments: [String] = [],
        wrapper: [String] = [],
        environment: [String: String] = [:]
    ) throws -> RunningProcess {
        try RunningProcess(
            "windsock",
            ["run", "--host", server.url, "--database", database] + arguments,
            wrapper: wrapper,
            environment: environment,
            in: folder
        )
    }

    /// The sums of the database; zeros while there is none.
    func totals() throws -> ActivityTotals {
        try read(else: ActivityTotals()) { db in try CounterRepository(db).totals() }
    }

    /// Reads the database, or gives another value while there is none.
    func read<Value>(else other: Value, _ body: (Database) throws -> Value) throws -> Value {
        guard FileManager.default.fileExists(atPath: database) else { return other }
        do {
            let store = try Store.open(path: database, access: .readOnly)
            defer { try? store.close() }
            return try store.read(body)
        } catch is StoreError {
            // The daemon is making the file just now.
            return other
        }
    }

    /// What `windsock verify` says against the database; nil when it finds nothing.
    func verify(_ arguments: [String] = []) async throws -> String? {
        let result = try await CommandRunner.run("windsock", ["verify", "--database", database] + arguments)
        return result.exitCode == 0 ? nil : result.standardOutput + result.standardError
    }

    /// Has what was interrupted three times, as it is bound to be now and then, applied after all.
    func bringBackInterrupted() async throws {
        let words = try read(else: []) { db in
            try String.fetchAll(db, sql: "SELECT error_message FROM jetstream_activity WHERE status = 'error'")
        }
        #expect(words.allSatisfy { $0 == "Interrupted 3 times" }, "\(words)")
        guard !words.isEmpty else { return }
        let retry = ["activity", "retry", "--all-errors", "--database", database]
        #expect(try await CommandRunner.run("windsock", retry).exitCode == 0)
    }

    /// Waits until so many rows are in the log, and applied unless told otherwise.
    func waitForRows(_ count: Int64, applied: Bool = true) async throws {
        try await eventually("\(count) rows are in the log") {
            let totals = try totals()
            return totals.stored >= count && (!applied || totals.rows(.processing) == 0)
        }
    }

    /// Waits until so many commits are in the log, which has rows of identities and accounts besides, and all is applied.
    func waitForCommits(_ count: Int) async throws {
        try await waitForRows(Int64(count))
        try await eventually("\(count) commits are in the log") {
            let store = try Store.open(path: database, access: .readOnly)
            defer { try? store.close() }
            let commits = try store.read { db in
                try Int.fetchOne(db, sql: "SELECT count(*) FROM jetstream_activity WHERE rkey <> ''") ?? 0
            }
            return try commits >= count && totals().rows(.processing) == 0
        }
    }

    /// Has the daemon end in good order.
    func stop(_ daemon: RunningProcess) async throws -> RunningProcess.Ending {
        daemon.send(SIGTERM)
        let ending = try await daemon.ending()
        if ending != .exited(0) { Issue.record("the daemon's log: \(daemon.log)") }
        return ending
    }
}
