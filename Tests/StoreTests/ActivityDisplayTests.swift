import Testing

@testable import Store

struct ActivityDisplayTests {
    private func display(_ record: String, wire: String = "commit") throws -> ActivityDisplay {
        try display(payload: Array(#"{"kind":"commit","\#(wire)":{"record":\#(record)}}"#.utf8))
    }

    private func display(
        payload: [UInt8],
        collection: String = "app.bsky.feed.post",
        rkey: String = "3k"
    ) throws -> ActivityDisplay {
        var event = SampleEvent()
        event.payload = payload
        event.collection = collection
        event.rkey = rkey
        let entry = try TemporaryStore().write { database throws in
            let activity = ActivityRepository(database)
            let id = try #require(try activity.log(event))
            return try #require(try activity.entry(id))
        }
        return ActivityDisplay(entry)
    }

    @Test(
        arguments: [
            (#"{"text":"Hello"}"#, "Hello"),
            (#"{"text":"  two\n\nlines\tand\u00a0more \r\n"}"#, "two lines and more"),
            (
                #"{"subject":{"uri":"at://did:plc:b/app.bsky.feed.post/3j","cid":"baf"}}"#,
                "at://did:plc:b/app.bsky.feed.post/3j"
            ),
            (#"{"subject":"did:plc:b"}"#, "did:plc:b"),
            (#"{"displayName":"Ada","description":"Counts"}"#, "Ada"),
            (#"{"text":"","displayName":"Ada"}"#, "Ada"),
            (#"{"text":7,"subject":{"uri":null},"displayName":["x"]}"#, nil),
            (#"{"text":" \n "}"#, nil),
            ("{}", nil),
            ("[]", nil),
            (#""text""#, nil),
            ("null", nil),
        ] as [(String, String?)]
    )
    func `shows one line of a record, of either wire`(record: String, line: String?) throws {
        #expect(try display(record).line == line)
        #expect(try display(record, wire: "payload").line == line)
    }

    @Test
    func `cuts a long line at eighty characters`() throws {
        let eighty = String(repeating: "é", count: 80)
        #expect(try display(#"{"text":"\#(eighty)"}"#).line == eighty)
        let cut = try #require(try display(#"{"text":"\#(eighty)x"}"#).line)
        #expect(cut == eighty.dropLast() + "…")
        #expect(cut.count == 80)
    }

    @Test
    func `a character of a million marks is cut too`() throws {
        let marks = String(repeating: "\u{301}", count: 1_000_000)
        let line = try #require(try display(#"{"text":"e\#(marks)"}"#).line)
        #expect(line.unicodeScalars.count <= 2001)
    }

    @Test
    func `shows the collection's short name and the key, and nothing where there is none`() throws {
        let post = try display(payload: Array("{}".utf8))
        #expect(post.collection == "post" && post.rkey == "3k" && post.line == nil)
        let identity = try display(payload: Array("{}".utf8), collection: "", rkey: "")
        #expect(identity.collection == nil && identity.rkey == nil && identity.line == nil)
        #expect(try display(payload: [], collection: "...").collection == nil)
    }

    @Test(
        arguments: [
            [], [0xFF, 0xFE], Array("{".utf8), Array("[1,2]".utf8), Array(repeating: UInt8(ascii: "["), count: 100_000),
        ] as [[UInt8]]
    )
    func `a message that cannot be read has no line`(payload: [UInt8]) throws {
        #expect(try display(payload: payload).line == nil)
    }
}
