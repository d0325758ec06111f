import Foundation
import Store
import TestSupport
import Texts

/// A database of a test's own, with what the test puts into it.
struct SampleDatabase {
    /// An event; what a test does not care about has a value already.
    struct Event {
        var ageSeconds: Int64 = 60
        var receivedAgeSeconds: Int64?
        var operation = "create"
        var collection = "app.bsky.feed.post"
        var did = "did:plc:alice"
        var rkey = "3k1"
        var rev = "3kaaaaaaaaa2s"
        var payload = Array(#"{"kind":"commit","commit":{"record":{"text":"hello"}}}"#.utf8)
        var status = ActivityStatus.success
        var message: String?
        /// What an `error` carries.
        var failure: ActivityFailure?
    }

    /// A gap; what a test does not care about has a value already.
    struct Gap {
        var host = "jetstream.example"
        var cause = "clamped"
        var fromSecondsAgo: Int64 = 600
        var toSecondsAgo: Int64 = 500
        /// Nil leaves it open.
        var healedSecondsAgo: Int64?
    }

    let folder: TemporaryFolder
    /// The time of the test, to which all ages refer.
    let nowMicroseconds = Int64(Date().timeIntervalSince1970 * 1_000_000)

    var path: String { folder.path("windsock.db") }

    init() throws {
        folder = try TemporaryFolder()
        try Store.open(path: path, access: .daemon(synchronous: .normal)).close()
    }

    func time(secondsAgo: Int64) -> Int64 {
        nowMicroseconds - secondsAgo * UTCTimestamp.microsecondsPerSecond
    }

    func text(secondsAgo: Int64) -> String {
        UTCTimestamp.text(microseconds: time(secondsAgo: secondsAgo))
    }

    /// Logs events and ends them as they say, with the sums that go with it.
    func log(_ events: [Event]) throws {
        let store = try Store.open(path: path, access: .readWrite)
        try store.write { database in
            let repository = ActivityRepository(database)
            var changes = CounterChanges()
            for event in events {
                let id = try event.payload.withUnsafeBytes { bytes in
                    try repository.log([activity(event, bytes)])[0]
                }
                guard let id else { continue }
                changes.logged(count: 1, bytes: Int64(event.payload.count))
                guard event.status != .processing else { continue }
                try repository.end(id, event.status, message: event.message, failure: event.failure)
                let minute = UTCTimestamp.minute(time(secondsAgo: event.ageSeconds))
                changes.finished(minute: minute, operation: event.operation, status: event.status)
            }
            try changes.apply(database)
        }
        try store.close()
    }

    /// Writes gaps down, the first one first, each noticed where it ends.
    func logGaps(_ gaps: [Gap]) throws {
        let store = try Store.open(path: path, access: .readWrite)
        try store.write { database in
            let repository = GapRepository(database)
            for gap in gaps {
                let id = try repository.record(
                    host: gap.host,
                    wire: "v1",
                    fromMicroseconds: time(secondsAgo: gap.fromSecondsAgo),
                    toMicroseconds: time(secondsAgo: gap.toSecondsAgo),
                    cause: gap.cause,
                    detectedAtMicroseconds: time(secondsAgo: gap.toSecondsAgo)
                )
                guard let healed = gap.healedSecondsAgo else { continue }
                try repository.heal(id, atMicroseconds: time(secondsAgo: healed), how: "read again from elsewhere")
            }
        }
        try store.close()
    }

    /// Stores records by their keys; all belong to one account.
    func store(_ keys: [RecordKey], json: String = #"{"text":"hello"}"#) throws {
        let store = try Store.open(path: path, access: .readWrite)
        try store.write { database in
            for key in keys {
                let actors = ActorRepository(database)
                let indexedAt = ByteText(text(secondsAgo: 60))
                let actor = try actors.key(of: key.did)?.id ?? actors.insert(key.did, indexedAt: indexedAt)
                _ = try Array(json.utf8).withUnsafeBytes { bytes in
                    try RecordRepository(database).insertIfAbsent(
                        NewRecord(
                            key: key,
                            actorID: actor,
                            rev: "3kaaaaaaaaa2s",
                            cid: "bafyone",
                            json: bytes,
                            indexedAt: indexedAt
                        )
                    )
                }
            }
        }
        try store.close()
    }

    private func activity(_ event: Event, _ bytes: UnsafeRawBufferPointer) -> NewActivity {
        NewActivity(
            timestamp: ByteText(text(secondsAgo: event.ageSeconds)),
            operation: ByteText(event.operation),
            collection: ByteText(event.collection),
            did: ByteText(event.did),
            rkey: ByteText(event.rkey),
            rev: ByteText(event.rev),
            cid: "bafyone",
            payload: bytes,
            payloadIsText: String(validating: event.payload, as: UTF8.self) != nil,
            receivedAtMicroseconds: time(secondsAgo: event.receivedAgeSeconds ?? event.ageSeconds)
        )
    }

    /// Runs a command on the database.
    func run(_ arguments: String...) async throws -> CommandRunner.Outcome {
        try await CommandRunner.run("windsock", arguments + ["--database", path])
    }

    /// Runs a command on the database and reads the JSON document that it prints.
    func json(_ arguments: String...) async throws -> JSONReading {
        let outcome = try await CommandRunner.run("windsock", arguments + ["--json", "--database", path])
        guard outcome.exitCode == 0, outcome.standardError.isEmpty else { throw CommandFailed(outcome: outcome) }
        return try JSONReading(outcome.standardOutput)
    }

    struct CommandFailed: Error {
        let outcome: CommandRunner.Outcome
    }
}
