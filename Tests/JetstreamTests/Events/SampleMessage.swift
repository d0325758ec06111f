import Synchronization
import TestSupport
import Texts

@testable import Jetstream

/// Messages as a server sends them, and the means to spoil them.
enum SampleMessage {
    static let did = "did:plc:wq4aajammjtxdomz3e23667t"
    static let rev = "3mptbypluud2a"
    static let rkey = "3mptbyplj5d2a"
    static let cid = "bafyreiguce4jh7kcbmof3pmcvasifqtw24b6isakj5ve5ga2b4z4alpc4i"
    static let timeMicroseconds: Int64 = 1_783_175_888_085_434
    static let record = #"{"$type":"app.bsky.feed.like","createdAt":"2026-07-04T14:38:08.999Z"}"#

    static let commit = commit(record: record)
    static let delete = """
        {"did":"\(did)","time_us":\(timeMicroseconds),"kind":"commit","commit":{"rev":"\(rev)",\
        "operation":"delete","collection":"app.bsky.feed.like","rkey":"\(rkey)"}}
        """
    static let identity = """
        {"did":"\(did)","time_us":\(timeMicroseconds),"kind":"identity","identity":{"did":"\(did)",\
        "handle":"alice.example","seq":1409752997,"time":"2026-07-04T14:38:08.085Z"}}
        """
    static let account = """
        {"did":"\(did)","time_us":\(timeMicroseconds),"kind":"account","account":{"active":false,\
        "did":"\(did)","seq":1409753013,"status":"deactivated","time":"2026-07-04T14:38:08.085Z"}}
        """

    static func commit(_ operation: String = "create", record: String) -> String {
        """
        {"did":"\(did)","time_us":\(timeMicroseconds),"kind":"commit","commit":{"rev":"\(rev)",\
        "operation":"\(operation)","collection":"app.bsky.feed.like","rkey":"\(rkey)",\
        "record":\(record),"cid":"\(cid)"}}
        """
    }

    /// A message of any kind whose texts, record and order of keys the generator chooses.
    static func random(using random: inout SeededGenerator) -> [UInt8] {
        let texts = ["plain", "é", "🦋🇪🇺", #"\u0000"#, #"\ud83e\udd8b"#, #"\"record\":{"#, #"\\"#, "}{]["]
        let text = texts.randomElement(using: &random) ?? ""
        let record = #"{"text":"\#(text)","n":[1,-2,{"record":null}],"deep":{"a":{"b":true}}}"#
        let whole = [commit("update", record: record), delete, identity, account].randomElement(using: &random) ?? ""
        return Array(whole.utf8)
    }
}

/// Where the decoded events have their texts, as long as the tests run.
///
/// One test after the other adds to it.
private nonisolated(unsafe) let eventTexts = TextArena()
private let turn = Mutex(())

extension EventDecoder {
    func decode(_ bytes: [UInt8]) -> DecodedMessage {
        turn.withLock { _ in
            bytes.withUnsafeBytes { decode($0, into: eventTexts) }
        }
    }

    func decode(_ text: String) -> DecodedMessage {
        decode(Array(text.utf8))
    }
}

extension DecodedMessage {
    var event: JetstreamEvent? {
        if case .event(let event) = self { event } else { nil }
    }

    var commit: Commit? {
        if case .commit(let commit) = event?.body { commit } else { nil }
    }

    var unreadable: UnreadableMessage? {
        if case .unreadable(let message) = self { message } else { nil }
    }

    var reason: String? { unreadable.map { String($0.reason) } }

    /// The record's bytes within the message that they were decoded from.
    func recordText(in message: [UInt8]) -> String? {
        guard case .object(let range) = commit?.record, range.upperBound <= message.count else { return nil }
        return String(decoding: message[range], as: UTF8.self)
    }
}
