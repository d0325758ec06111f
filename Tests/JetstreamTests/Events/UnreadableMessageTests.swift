import TestSupport
import Testing
import Texts

@testable import Jetstream

struct UnreadableMessageTests {
    struct Field: Sendable, CustomTestStringConvertible {
        var key: String
        var name: String
        var value: String
        var message: String
        var limit: Int?

        var testDescription: String { name }

        func replaced(by value: String) -> String {
            message.replacing("\"\(key)\":\(self.value)", with: "\"\(key)\":\(value)")
        }
    }

    /// A message that is no JSON; it can be too long to be shown.
    struct Bad: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var message: [UInt8]

        init(_ name: String, _ message: [UInt8]) {
            testDescription = name
            self.message = message
        }
    }

    /// The fields that are texts, must be there and must not be empty.
    static let texts = [
        Field(key: "did", name: "did", value: quoted(SampleMessage.did), message: SampleMessage.commit, limit: 2_048),
        Field(key: "kind", name: "kind", value: quoted("commit"), message: SampleMessage.commit, limit: 64),
        Field(
            key: "rev",
            name: "commit.rev",
            value: quoted(SampleMessage.rev),
            message: SampleMessage.commit,
            limit: 64
        ),
        Field(
            key: "operation",
            name: "commit.operation",
            value: quoted("create"),
            message: SampleMessage.commit,
            limit: 64
        ),
        Field(
            key: "collection",
            name: "commit.collection",
            value: quoted("app.bsky.feed.like"),
            message: SampleMessage.commit,
            limit: 317
        ),
        Field(
            key: "rkey",
            name: "commit.rkey",
            value: quoted(SampleMessage.rkey),
            message: SampleMessage.commit,
            limit: 512
        ),
    ]
    static let time = Field(
        key: "time_us",
        name: "time_us",
        value: "\(SampleMessage.timeMicroseconds)",
        message: SampleMessage.commit
    )
    static let active = Field(key: "active", name: "account.active", value: "false", message: SampleMessage.account)

    private let decoder = EventDecoder()

    @Test(arguments: texts + [time, active])
    func `names a field that is missing or null`(field: Field) {
        let reason = "Missing field: \(field.name)"
        #expect(decoder.decode(field.replaced(by: "null")).reason == reason)
        let without = field.message.replacing("\"\(field.key)\":\(field.value)", with: "\"other\":1")
        #expect(without != field.message)
        #expect(decoder.decode(without).reason == reason)
    }

    @Test(arguments: texts, ["1", "1.5", "true", "[]", "{}", "[\"text\"]", "99999999999999999999"])
    func `names a field that is no text`(field: Field, value: String) {
        let reason = decoder.decode(field.replaced(by: value)).reason
        guard value != "99999999999999999999" else {
            #expect(reason?.hasPrefix("Not JSON: ") == true)
            return
        }
        #expect(reason == "Wrong field: \(field.name) is not a string")
    }

    @Test(arguments: texts)
    func `names a field that is empty or too long`(field: Field) throws {
        #expect(decoder.decode(field.replaced(by: "\"\"")).reason == "Empty field: \(field.name)")
        let limit = try #require(field.limit)
        let longest = quoted(String(repeating: "x", count: limit))
        let reason = decoder.decode(field.replaced(by: longest)).reason
        #expect(reason?.hasPrefix("Overlong") != true)
        let tooLong = quoted(String(repeating: "é", count: limit / 2 + 1))
        let bytes = 2 * (limit / 2 + 1)
        let expected = "Overlong field: \(field.name) has \(bytes) bytes, at most \(limit) are allowed"
        #expect(decoder.decode(field.replaced(by: tooLong)).reason == expected)
    }

    @Test(arguments: ["1.5", "1e3", quoted("1"), "true", "[]", "{}", "9223372036854775808"])
    func `names a time that is no 64-bit integer`(value: String) {
        let reason = "Wrong field: time_us is not a 64-bit integer"
        #expect(decoder.decode(Self.time.replaced(by: value)).reason == reason)
    }

    @Test(arguments: ["1", quoted("true"), "[]", "{}"])
    func `names a standing that is no boolean`(value: String) {
        let reason = "Wrong field: account.active is not true or false"
        #expect(decoder.decode(Self.active.replaced(by: value)).reason == reason)
    }

    @Test(arguments: [
        (SampleMessage.commit, "cid", quoted(SampleMessage.cid), "commit.cid"),
        (SampleMessage.identity, "handle", quoted("alice.example"), "identity.handle"),
        (SampleMessage.account, "status", quoted("deactivated"), "account.status"),
    ])
    func `names an optional field that is no text`(message: String, key: String, value: String, name: String) {
        let wrong = message.replacing("\"\(key)\":\(value)", with: "\"\(key)\":5")
        #expect(decoder.decode(wrong).reason == "Wrong field: \(name) is not a string")
    }

    @Test(arguments: ["commit", "identity", "account"])
    func `names a body that is missing or no object`(kind: String) {
        let head = #"{"did":"did:web:a","time_us":5,"kind":"\#(kind)""#
        #expect(decoder.decode("\(head)}").reason == "Missing field: \(kind)")
        #expect(decoder.decode(#"\#(head),"\#(kind)":null}"#).reason == "Missing field: \(kind)")
        for value in ["[]", "1", quoted("text")] {
            let reason = decoder.decode(#"\#(head),"\#(kind)":\#(value)}"#).reason
            #expect(reason == "Wrong field: \(kind) is not an object")
        }
    }

    @Test func `names an unknown kind`() {
        let message = SampleMessage.commit.replacing(#""kind":"commit""#, with: #""kind":"sync","cursor":8"#)
        let expected = UnreadableMessage(
            reason: "Unknown kind: sync",
            did: ByteText(SampleMessage.did),
            timeMicroseconds: SampleMessage.timeMicroseconds,
            seq: 8
        )
        #expect(decoder.decode(message) == .unreadable(expected))
        for kind in ["did", "time_us", "kind", "Commit", "commit ", "record"] {
            let other = SampleMessage.commit.replacing(#""kind":"commit""#, with: #""kind":"\#(kind)""#)
            #expect(decoder.decode(other).reason == "Unknown kind: \(kind)")
        }
    }

    @Test func `keeps what could be read of a message that is no event`() {
        let message = #"{"did":7,"time_us":"x","cursor":9,"kind":"commit","commit":{}}"#
        let decoded = decoder.decode(message)
        #expect(decoded.unreadable?.did == "")
        #expect(decoded.timeMicroseconds == nil)
        #expect(decoded.seq == 9)
    }

    static let notJSON = [
        Bad("nothing", []), Bad("blanks", Array(" \n".utf8)), Bad("words", Array("hello".utf8)),
        Bad("an open object", Array("{".utf8)), Bad("no comma", Array(#"{"a":1 "b":2}"#.utf8)),
        Bad("two objects", Array("{}{}".utf8)), Bad("something after it", Array("\(SampleMessage.commit) x".utf8)),
        Bad("single quotes", Array("{'a':1}".utf8)), Bad("a comma too many", Array(#"{"a":1,}"#.utf8)),
        Bad("a bad escape", Array(#"{"a":"\x"}"#.utf8)), Bad("a lone high surrogate", Array(#"{"a":"\ud800"}"#.utf8)),
        Bad("a lone low surrogate", Array(#"{"a":"\udc00"}"#.utf8)),
        Bad("a raw control character", Array("{\"a\":\"\u{1}\"}".utf8)),
        Bad("a number beyond all bounds", Array(#"{"a":1e999}"#.utf8)), Bad("a leading zero", Array(#"{"a":01}"#.utf8)),
        Bad("depth", Array(repeating: UInt8(ascii: "["), count: 200_000)),
        Bad("depth in a record", Array(SampleMessage.commit(record: deep(200_000)).utf8)),
        Bad("bad UTF-8", Array(#"{"a":""#.utf8) + [0xC3, 0x28] + Array(#""}"#.utf8)),
        Bad("an encoded surrogate", Array(#"{"a":""#.utf8) + [0xED, 0xA0, 0x80] + Array(#""}"#.utf8)),
        Bad("zero bytes", [UInt8](repeating: 0, count: 64)),
        Bad("a zero at the end", Array(SampleMessage.commit.utf8) + [0]),
    ]

    @Test(arguments: notJSON)
    func `says that a message is no JSON`(bad: Bad) throws {
        let unreadable = try #require(decoder.decode(bad.message).unreadable)
        #expect(String(unreadable.reason).hasPrefix("Not JSON: "))
        #expect(String(unreadable.reason).count > "Not JSON: ".count)
        #expect(unreadable.did == "")
    }

    @Test(arguments: ["[]", "[{}]", "1", "null", quoted("text"), "true"])
    func `says that a message is no object`(message: String) {
        #expect(decoder.decode(message).reason == "Not JSON: The message is not a JSON object.")
    }

    @Test func `says that a message is cut off, wherever that is`() {
        let whole = Array(SampleMessage.commit.utf8)
        for count in 0..<whole.count {
            #expect(decoder.decode(Array(whole[..<count])).unreadable != nil, "\(count)")
        }
    }
}

private func deep(_ levels: Int) -> String {
    String(repeating: #"{"a":"#, count: levels) + "1" + String(repeating: "}", count: levels)
}

private func quoted(_ text: String) -> String { "\"\(text)\"" }
