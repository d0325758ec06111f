import TestSupport
import Testing
import Texts

@testable import Jetstream

struct EventDecoderTests {
    private let decoder = EventDecoder()

    @Test(arguments: ["create", "update", "somersault"])
    func `reads a commit with a record`(operation: String) throws {
        let message = SampleMessage.commit(operation, record: SampleMessage.record)
        let decoded = decoder.decode(message)
        let event = try #require(decoded.event)
        let commit = try #require(decoded.commit)
        #expect(event.did == SampleMessage.did)
        #expect(event.timeMicroseconds == SampleMessage.timeMicroseconds)
        #expect(event.seq == nil)
        #expect(commit.rev == SampleMessage.rev)
        #expect(commit.operation == operation)
        #expect(commit.collection == "app.bsky.feed.like")
        #expect(commit.rkey == SampleMessage.rkey)
        #expect(commit.cid == SampleMessage.cid)
        #expect(decoded.recordText(in: Array(message.utf8)) == SampleMessage.record)
    }

    @Test func `reads a delete, which has neither record nor CID`() throws {
        let commit = try #require(decoder.decode(SampleMessage.delete).commit)
        #expect(commit.operation == "delete")
        #expect(commit.cid == nil)
        #expect(commit.record == .missing)
    }

    @Test func `reads an identity event`() throws {
        let event = try #require(decoder.decode(SampleMessage.identity).event)
        let identity = Identity(
            handle: "alice.example",
            seq: 1_409_752_997,
            relayTimeMicroseconds: 1_783_175_888_085_000
        )
        #expect(event.body == .identity(identity))
        #expect(event.did == SampleMessage.did)
    }

    @Test func `reads an account event`() throws {
        let event = try #require(decoder.decode(SampleMessage.account).event)
        let account = Account(
            active: false,
            status: "deactivated",
            seq: 1_409_753_013,
            relayTimeMicroseconds: 1_783_175_888_085_000
        )
        #expect(event.body == .account(account))
    }

    @Test func `reads identity and account events that say as little as they may`() throws {
        let identity = #"{"did":"did:web:a","time_us":1,"kind":"identity","identity":{}}"#
        let nothing = Identity(handle: nil, seq: nil, relayTimeMicroseconds: nil)
        #expect(decoder.decode(identity).event?.body == .identity(nothing))
        let account = """
            {"did":"did:web:a","time_us":1,"kind":"account",\
            "account":{"active":true,"status":null,"seq":0,"time":"yesterday"}}
            """
        let active = Account(active: true, status: nil, seq: nil, relayTimeMicroseconds: nil)
        #expect(decoder.decode(account).event?.body == .account(active))
    }

    @Test(
        arguments: [
            (#""cursor":7,"#, 7), (#""cursor":0,"#, nil), (#""cursor":-1,"#, nil), (#""cursor":null,"#, nil),
            (#""cursor":"7","#, nil), (#""cursor":7.5,"#, nil), (#""cursor":9223372036854775808,"#, nil),
            (#""cursor":9223372036854775807,"#, Int64.max),
        ] as [(String, Int64?)]
    )
    func `takes a positive cursor as the sequence number`(field: String, seq: Int64?) throws {
        let message = SampleMessage.commit.replacing(#""kind""#, with: field + #""kind""#)
        let event = try #require(decoder.decode(message).event)
        #expect(event.seq == seq)
    }

    @Test(arguments: [Int64.min, -1, 0, 1, .max])
    func `takes any 64-bit time`(time: Int64) {
        let message = SampleMessage.commit.replacing("\(SampleMessage.timeMicroseconds)", with: "\(time)")
        #expect(decoder.decode(message).event?.timeMicroseconds == time)
    }

    @Test func `does not care for the order of keys, for blanks and for keys that it does not know`() throws {
        let message = """
             { "commit" : { "cid" : "\(SampleMessage.cid)" , "record" : {} , "new" : [ 1 ] ,
            \t"rkey":"k","collection":"a.b.c","operation":"create","rev":"r" } , "kind" : "commit",
              "more": { "record": 1 }, "time_us" : 5 , "did":"did:web:a" }\r\n
            """
        let decoded = decoder.decode(message)
        let event = try #require(decoded.event)
        #expect(event.did == "did:web:a")
        #expect(event.timeMicroseconds == 5)
        #expect(decoded.recordText(in: Array(message.utf8)) == "{}")
    }

    @Test func `unescapes what it takes out`() throws {
        let message = SampleMessage.commit
            .replacing(SampleMessage.rkey, with: #"a\u0000b\n\ud83e\udd8b🦋\"\/"#)
            .replacing(#""rev""#, with: #""\u0072ev""#)
        let commit = try #require(decoder.decode(message).commit)
        #expect(commit.rkey == "a\0b\n🦋🦋\"/")
        #expect(commit.rev == SampleMessage.rev)
    }

    @Test func `takes the first of equal keys`() throws {
        let message = SampleMessage.commit
            .replacing(#""kind""#, with: #""did":"did:web:later","time_us":1,"kind""#)
            .replacing(#""operation""#, with: #""rev":"later","operation""#)
        let event = try #require(decoder.decode(message).event)
        #expect(event.did == SampleMessage.did)
        #expect(event.timeMicroseconds == SampleMessage.timeMicroseconds)
        #expect(decoder.decode(message).commit?.rev == SampleMessage.rev)
    }

    @Test func `takes the body that the kind names, whatever stands before it`() throws {
        let message = SampleMessage.identity
            .replacing(#""kind""#, with: #""commit":{"handle":"mallory.example","seq":1},"kind""#)
        guard case .identity(let identity) = decoder.decode(message).event?.body else {
            Issue.record("not an identity event")
            return
        }
        #expect(identity.handle == "alice.example")
        #expect(identity.seq == 1_409_752_997)
    }

    @Test func `reads the next message as if there had been none before`() {
        let first = decoder.decode(SampleMessage.commit)
        for other in ["", "{", SampleMessage.account, String(repeating: "[", count: 200_000), "[]"] {
            _ = decoder.decode(other)
            #expect(decoder.decode(SampleMessage.commit) == first)
        }
    }
}
