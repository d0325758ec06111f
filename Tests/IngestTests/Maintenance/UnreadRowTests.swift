import GRDB
import Jetstream
import Store
import TestSupport
import Testing

@testable import Ingest

/// Rows whose message could not be read when it came, and can be now.
@Suite
struct UnreadRowTests {
    private let harness: IngestHarness
    private let commit = SampleCommit(at: 1)

    init() throws {
        harness = try IngestHarness()
    }

    private func retry(_ id: Int64, dictionary: ZstdDictionary? = nil) throws -> ActivityRetry.Result {
        try ActivityRetry(store: harness.store, dictionary: dictionary, clock: harness.clock.wallClock).retry(id)
    }

    /// Logs a message as a version would have that could not read it; returns its id.
    private func logUnread(_ json: String) async throws -> Int64 {
        let other = String(repeating: "x", count: json.utf8.count)
        try await harness.process([other])
        let row = try #require(try harness.log().last)
        #expect((row.status, row.operation, row.did) == (.error, "unknown", ""))
        try harness.store.write { db in
            try ActivityRepository(db).replacePayload(row.id, by: Array(json.utf8))
        }
        return row.id
    }
}

/// The key.
extension UnreadRowTests {
    @Test
    func `invariant 2: a row that can be read now gets the columns and the key that it would have had`() async throws {
        let twin = try IngestHarness()
        try await twin.process([commit.json])
        let expected = try #require(try twin.log().first)

        let id = try await logUnread(commit.json)
        #expect(try retry(id) == .applied(id: id, status: .success, message: nil))
        #expect(try harness.log() == [expected])
        #expect(try harness.record(commit) == twin.record(commit))
        try harness.expectSums()

        let again = try await harness.process([commit.json])
        #expect(again.flow.skipped == [.duplicate: 1])
        #expect(try harness.log().count == 1)
    }

    @Test
    func `a row that can be read now and fails for another reason is filed all the same`() async throws {
        let bad = commit.with { $0.cid = nil }
        let id = try await logUnread(bad.json)
        #expect(try retry(id) == .applied(id: id, status: .error, message: "Event missing record or cid"))
        let row = try #require(try harness.log().first)
        #expect((row.operation, row.rkey, row.rev) == ("create", bad.rkey, bad.rev))
        try harness.expectSums()
    }

    @Test(arguments: [true, false])
    func `invariant 2: a row whose event has a row of its own by now has no effect`(isApplied: Bool) async throws {
        let id = try await logUnread(commit.json)
        if isApplied { try await harness.process([commit.json]) } else { try harness.logOnly([commit.json]) }
        let before = try #require(try harness.log().first)
        let message = "Skipped: duplicate of event 2"
        #expect(try retry(id) == .applied(id: id, status: .success, message: message))
        let row = try #require(try harness.log().first)
        // Its own key stays: the other one has the event's.
        #expect((row.rev, row.operation, row.timestamp) == (before.rev, before.operation, before.timestamp))
        #expect((try harness.record(commit) != nil) == isApplied)
        try harness.expectSums()
        try harness.recover()
        #expect(try harness.record(commit) != nil)
        #expect(try harness.count(status: .success) == 2)
        try harness.expectSums()
    }

    @Test
    func `recovery files a row that an older version could not read`() async throws {
        let id = try #require(try harness.logOnly([String(repeating: "x", count: commit.json.utf8.count)]).first)
        try harness.store.write { db in try ActivityRepository(db).replacePayload(id, by: Array(commit.json.utf8)) }
        try harness.recover()
        let row = try #require(try harness.log().first)
        #expect((row.status, row.rev, row.rkey) == (.success, commit.rev, commit.rkey))
        try harness.expectSums()
    }
}

/// Compressed messages.
extension UnreadRowTests {
    /// A zstd frame of one block that is not compressed (RFC 8878, sections 3.1.1.1 and 3.1.1.2).
    private func frame(_ content: String, dictionaryID: UInt32? = nil) -> SampleMessage {
        let size = content.utf8.count
        func bytes(_ value: Int, _ count: Int) -> [UInt8] { (0..<count).map { UInt8(value >> (8 * $0) & 0xFF) } }
        let header: [UInt8] = [dictionaryID == nil ? 0xA0 : 0xA3]
        let id = dictionaryID.map { bytes(Int($0), 4) } ?? []
        let magic: [UInt8] = [0x28, 0xB5, 0x2F, 0xFD]
        let block = bytes(size << 3 | 1, 3) + Array(content.utf8)
        return SampleMessage(bytes: magic + header + id + bytes(size, 4) + block, isText: false)
    }

    private func logCompressed(_ message: SampleMessage) async throws {
        try await harness.process([message])
        let row = try #require(try harness.log().first)
        #expect((row.status, row.errorClass, row.payloadIsText) == (.error, .data, false))
        #expect(row.errorMessage == "A compressed message that could not be decompressed")
    }

    @Test
    func `a compressed message is read when the frame names no dictionary`() async throws {
        try await logCompressed(frame(commit.json))
        #expect(try retry(1) == .applied(id: 1, status: .success, message: nil))
        let row = try #require(try harness.log().first)
        #expect(row.payload == Array(commit.json.utf8))
        #expect(row.payloadIsText)
        #expect(row.rev == commit.rev)
        #expect(try harness.record(commit) != nil)
        try harness.expectSums()
    }

    @Test
    func `a compressed message is read when its dictionary is there by now`() async throws {
        let dictionary = try ZstdDictionary(try TestDictionary.trained(id: 77))
        try await logCompressed(frame(commit.json, dictionaryID: 77))
        let reason = "The zstd frame needs dictionary 77, and there is none"
        let words = "A compressed message that could not be decompressed: \(reason)"
        #expect(try retry(1) == .applied(id: 1, status: .error, message: words))
        #expect(try harness.log().first?.payload == frame(commit.json, dictionaryID: 77).bytes)
        #expect(try retry(1, dictionary: dictionary) == .applied(id: 1, status: .success, message: nil))
        #expect(try harness.record(commit) != nil)
        try harness.expectSums()
    }

    @Test
    func `a message that is damaged says so`() async throws {
        var message = frame(commit.json)
        message.bytes.removeLast()
        try await logCompressed(message)
        let words = "A compressed message that could not be decompressed: The zstd frame is cut off"
        #expect(try retry(1) == .applied(id: 1, status: .error, message: words))
        try harness.expectSums()
    }

    @Test
    func `what was compressed and cannot be read is kept as the text that it is`() async throws {
        try await logCompressed(frame("{ nonsense"))
        guard case .applied(1, .error, let words?) = try retry(1) else { return #expect(Bool(false), "no error") }
        #expect(words.hasPrefix("Not JSON: "))
        #expect(try harness.log().first?.payload == Array("{ nonsense".utf8))
        try harness.expectSums()
    }
}
