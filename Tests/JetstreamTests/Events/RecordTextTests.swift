import Testing

@testable import Jetstream

struct RecordTextTests {
    private let decoder = EventDecoder()

    @Test(arguments: [
        "{}", "{ }", "{\n\t}", #"{"a":1}"#, #"{"record":{"record":{}}}"#, #"{"text":"}\\"}"#,
        #"{"text":"\"record\":{}"}"#,
        #"{"z":1,"a":2,"z":3}"#, #"{"n":[0.10,1e3,-0,12345678901234567]}"#, #"{"text":"\u0000\ud83e\udd8b🦋é"}"#,
        #"{"a":[[],{},[{}]],"b":null , "c" : true }"#,
    ])
    func `gives back the record's bytes as they were sent`(record: String) {
        let message = SampleMessage.commit(record: record)
        #expect(decoder.decode(message).recordText(in: Array(message.utf8)) == record)
    }

    @Test(arguments: [
        #"{"a":"\"commit\":{\"record\":{}}","record":{"n":1},"#,
        #"{"a":{"record":{"n":2},"commit":{"record":{"n":3}}},"record":{"n":1},"#,
        #"{"a":["record",{"record":{"n":2}}],"record" : {"n":1} ,"#,
        #"{"record":{"n":1},"record":{"n":2},"#,
        #"{"record":{"n":1},"record":7,"#,
        #"{"r\u0065cord":{"n":1},"record":{"n":2},"#,
        #"{"recor":{"n":2},"records":{"n":2},"record"   :   {"n":1}   ,"#,
        #"{"🦋":"🦋\u0000","record":{"n":1},"#,
    ])
    func `finds the record behind whatever looks like it`(opening: String) {
        let message = SampleMessage.commit.replacing(#""commit":{"#, with: #""commit":"# + opening)
        let before = #"{"record":{"n":4},"x":{"commit":{"record":{"n":5}}},"s":"\"commit\":{","#
        let whole = before + message.dropFirst()
        #expect(decoder.decode(whole).recordText(in: Array(whole.utf8)) == #"{"n":1}"#)
        let escaped = whole.replacing(#""commit":{"#, with: #""\u0063ommit":{"#)
        #expect(decoder.decode(escaped).recordText(in: Array(escaped.utf8)) != nil)
    }

    @Test func `finds the first of two bodies`() {
        let message = SampleMessage.commit(record: #"{"n":1}"#).dropLast() + #","commit":{"record":{"n":2}}}"#
        #expect(decoder.decode(String(message)).recordText(in: Array(message.utf8)) == #"{"n":1}"#)
    }

    @Test func `finds the record at the end of the message`() {
        let message = """
            {"did":"did:web:a","time_us":1,"kind":"commit","commit":{"rev":"r","operation":"create",\
            "collection":"a.b.c","rkey":"k","record":{"n":1}  }  }
            """
        #expect(decoder.decode(message).recordText(in: Array(message.utf8)) == #"{"n":1}"#)
    }

    @Test func `finds the record behind a byte order mark`() {
        let message = [0xEF, 0xBB, 0xBF] + Array(SampleMessage.commit.utf8)
        let decoded = decoder.decode(message)
        // Whether it is taken is the parser's choice (RFC 8259, section 8.1); if it is, the range must be right.
        #expect(decoded.unreadable != nil || decoded.recordText(in: message) == SampleMessage.record)
    }

    @Test(arguments: ["[]", #"[{"a":1}]"#, #""text""#, "1", "1.5", "true", "18446744073709551615"])
    func `says that a record is no object`(record: String) {
        #expect(decoder.decode(SampleMessage.commit(record: record)).commit?.record == .notAnObject)
    }

    @Test func `takes a null record for none`() {
        #expect(decoder.decode(SampleMessage.commit(record: "null")).commit?.record == .missing)
    }

    @Test func `takes a null CID for none`() throws {
        let message = SampleMessage.commit.replacing(#""\#(SampleMessage.cid)""#, with: "null")
        let commit = try #require(decoder.decode(message).commit)
        #expect(commit.cid == nil)
    }

    @Test func `takes a record of 3 MiB`() {
        let record = #"{"text":""# + String(repeating: "🦋", count: 3 << 18) + #""}"#
        let message = SampleMessage.commit(record: record)
        #expect(decoder.decode(message).recordText(in: Array(message.utf8)) == record)
    }
}
