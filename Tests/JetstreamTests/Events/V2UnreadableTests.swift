import TestSupport
import Testing
import Texts

@testable import Jetstream

/// Messages of v2 of which no event can be made, and the words for what is wrong with them.
struct V2UnreadableTests {
    private let decoder = EventDecoder()

    private static let commit = V2Text.message(ofV1: SampleMessage.commit)
        .replacing(#""time":"#, with: #""seq":8,"time":"#)
    private static let account = V2Text.message(ofV1: SampleMessage.account)
    private static let sync =
        #"{"$type":"message","payload":{"$type":"\#(V2Text.types)sync","did":"did:web:a","#
        + #""sync":{"rev":"r"},"time":"2026-05-25T00:00:00.000000Z"}}"#

    @Test(arguments: [
        (#""error""#, "Unknown $type: error"), (#""Message""#, "Unknown $type: Message"),
        ("null", "Missing field: $type"), ("7", "Wrong field: $type is not a string"), (#""""#, "Unknown $type: "),
    ])
    func `names an envelope that it does not know`(type: String, reason: String) {
        let message = V2UnreadableTests.commit.replacing(#""$type":"message""#, with: #""$type":\#(type)"#)
        #expect(decoder.decode(message) == .unreadable(UnreadableMessage(reason: ByteText(reason))))
    }

    @Test(arguments: [
        "\(V2Text.types)info", "\(V2Text.types)tombstone", V2Text.types, "commit", "#commit", "\(V2Text.types)Commit",
    ])
    func `names a payload that it does not know, and keeps what could be read`(type: String) {
        let message = V2UnreadableTests.commit.replacing("\(V2Text.types)commit", with: type)
        let expected = UnreadableMessage(
            reason: ByteText("Unknown payload.$type: \(type)"),
            did: ByteText(SampleMessage.did),
            timeMicroseconds: SampleMessage.timeMicroseconds,
            seq: 8
        )
        #expect(decoder.decode(message) == .unreadable(expected))
    }

    @Test func `names a payload that is missing or none`() {
        let missing = #"{"$type":"message"}"#
        #expect(decoder.decode(missing).reason == "Missing field: payload")
        for value in ["[]", "7", #""text""#] {
            let message = #"{"$type":"message","payload":\#(value)}"#
            #expect(decoder.decode(message).reason == "Wrong field: payload is not an object")
        }
        #expect(decoder.decode(#"{"$type":"message","payload":{}}"#).reason == "Missing field: payload.$type")
        let number = #"{"$type":"message","payload":{"$type":7}}"#
        #expect(decoder.decode(number).reason == "Wrong field: payload.$type is not a string")
    }

    @Test(arguments: ["did", "rev", "operation", "collection", "rkey", "time"])
    func `names a field that is missing, empty or something else`(key: String) {
        let field = "payload.\(key)"
        let without = V2UnreadableTests.commit.replacing("\"\(key)\":", with: "\"x\":")
        #expect(decoder.decode(without).reason == "Missing field: \(field)")
        let wanted = key == "time" ? "a date (RFC 3339)" : "a string"
        let wrong = V2UnreadableTests.commit.replacing("\"\(key)\":", with: "\"\(key)\":[],\"x\":")
        #expect(decoder.decode(wrong).reason == "Wrong field: \(field) is not \(wanted)")
        let empty = V2UnreadableTests.commit.replacing("\"\(key)\":", with: "\"\(key)\":\"\",\"x\":")
        let isTime = key == "time"
        let reason = isTime ? "Wrong field: \(field) is not \(wanted)" : "Empty field: \(field)"
        #expect(decoder.decode(empty).reason == reason)
    }

    @Test(arguments: [
        (V2UnreadableTests.account, #""active":false"#, #""active":1"#, "payload.account.active is not true or false"),
        (V2UnreadableTests.account, #""account":{"#, #""account":7,"x":{"#, "payload.account is not an object"),
        (V2UnreadableTests.account, #""status":""#, #""status":7,"x":""#, "payload.account.status is not a string"),
        (V2UnreadableTests.sync, #"{"rev":"r"}"#, "[]", "payload.sync is not an object"),
        (V2UnreadableTests.sync, #"{"rev":"r"}"#, #"{"rev":1}"#, "payload.sync.rev is not a string"),
        (V2UnreadableTests.commit, #""cid":""#, #""cid":7,"x":""#, "payload.cid is not a string"),
    ])
    func `names a field within`(message: String, from: String, to: String, words: String) {
        #expect(decoder.decode(message).event != nil)
        let wrong = message.replacing(from, with: to)
        #expect(decoder.decode(wrong).reason == "Wrong field: \(words)")
    }

    @Test func `names a date that is none`() {
        for date in ["2026-13-01T00:00:00.000000Z", "1783175888085434", "2026-07-04"] {
            let message = V2UnreadableTests.commit.replacing("2026-07-04T14:38:08.085434Z", with: date)
            let unreadable = decoder.decode(message).unreadable
            #expect(unreadable?.reason == "Wrong field: payload.time is not a date (RFC 3339)")
            #expect(unreadable?.timeMicroseconds == nil)
            #expect(unreadable?.seq == 8)
        }
    }
}
