import Foundation
import Jetstream
import Store
import TestSupport
import Testing

@testable import Ingest

/// A database with a person who is to be forgotten, among others.
struct ForgettingRig {
    /// What only the person's own events hold.
    static let secret = "a word that nobody else ever said"
    static let handle = "forgettable.example"
    static let person = did("the person")

    let harness: IngestHarness
    let other: Store

    init() throws {
        harness = try IngestHarness()
        // As a command does: another process, as far as SQLite can tell.
        other = try Store.open(path: harness.store.path, access: .readWrite)
    }

    /// A commit of the person.
    func commit(_ operation: String = "create", at seconds: Int64, rkey: String, text: String = secret) -> String {
        SampleCommit(operation, at: seconds, rkey: rkey, text: text).with { $0.did = ForgettingRig.person }.json
    }

    /// All that can be known of the person: records, changes, deletions, a handle, a standing, a sync, and what went wrong.
    func life() -> [String] {
        let person = ForgettingRig.person
        return (1...60).map { commit(at: $0, rkey: "key\($0)", text: "\(ForgettingRig.secret) \($0)") }
            + (61...80).map { commit("update", at: $0, rkey: "key\($0 - 60)", text: "\(ForgettingRig.secret), again") }
            + (81...90).map { commit("delete", at: $0, rkey: "key\($0 - 50)") }
            + [
                SampleIdentity(did: person, handle: ForgettingRig.handle, seconds: 91, seq: 91).json,
                SampleAccount(did: person, active: false, status: "takendown", seconds: 92, seq: 92).json,
                SampleSync(did: person, seconds: 93, seq: 93).json,
                SampleCommit(at: 94, rkey: "bad").with { ($0.did, $0.cid) = (person, nil) }.json,
                "{ nonsense of \(person): \(ForgettingRig.secret)",
            ]
    }

    /// What others did meanwhile; some of them have the person's record keys.
    func neighbours(_ count: Int, seed: UInt64) -> [String] {
        var random = SeededGenerator(seed: seed)
        return (0..<count).map { index in
            let operation = ["create", "create", "update", "delete"][Int.random(in: 0..<4, using: &random)]
            let text = String(repeating: "x", count: Int.random(in: 1...700, using: &random))
            let rkey = "key\(Int.random(in: 0..<80, using: &random))"
            return SampleCommit(operation, at: Int64(index / 10), rkey: rkey, text: text).with { commit in
                commit.did = did("neighbour \(Int.random(in: 0..<30, using: &random))")
            }.json
        }
    }

    /// Forgets the person at a moment of the stream.
    @discardableResult
    func forget(
        at seconds: Int64 = 3600,
        isBlocked: Bool = false,
        patience: Duration = .seconds(10),
        giveWay: @escaping (Duration) async throws -> Void = { _ in }
    ) async throws -> PersonErasure.Result {
        let clock = SettableClock(IngestTests.at(seconds))
        var erasure = PersonErasure(
            ForgettingRig.person,
            store: other,
            clock: clock.wallClock,
            patience: patience,
            giveWay: giveWay
        )
        return try await erasure.run(isBlocked: isBlocked)
    }

    /// How often the bytes of each text are in the database's files.
    func traces() throws -> [String: Int] {
        var traces: [String: Int] = [:]
        for suffix in ["", "-wal", "-shm"] {
            let bytes = try Data(contentsOf: URL(fileURLWithPath: harness.store.path + suffix))
            for text in [ForgettingRig.secret, ForgettingRig.handle, ForgettingRig.person] {
                var rest = bytes[...]
                while let found = rest.range(of: Data(text.utf8)) {
                    traces[text, default: 0] += 1
                    rest = rest[found.upperBound...]
                }
            }
        }
        return traces
    }
}
