import TestSupport
import Testing
import Texts

@testable import Jetstream

/// Messages of v2 that are events.
struct V2DecoderTests {
    private let decoder = EventDecoder()

    private static let commit = V2Text.message(ofV1: SampleMessage.commit)
        .replacing(#""time":"#, with: #""seq":24588338586,"time":"#)

    @Test func `reads a commit as servers write it`() throws {
        let message = """
            {"$type":"message","payload":{"$type":"network.bsky.jetstream.subscribeEvents#commit",\
            "cid":"\(SampleMessage.cid)","collection":"app.bsky.feed.like","did":"\(SampleMessage.did)",\
            "operation":"create","record":\(SampleMessage.record),"rev":"\(SampleMessage.rev)",\
            "rkey":"\(SampleMessage.rkey)","seq":24588338586,"time":"2026-07-04T14:38:08.085434Z"}}
            """
        // The generated ones look the same.
        #expect(message == V2DecoderTests.commit)
        let decoded = decoder.decode(message)
        let event = try #require(decoded.event)
        let commit = try #require(decoded.commit)
        #expect(event.did == SampleMessage.did)
        #expect(event.timeMicroseconds == SampleMessage.timeMicroseconds)
        #expect(event.seq == 24_588_338_586)
        #expect(commit.rev == SampleMessage.rev)
        #expect(commit.operation == "create")
        #expect(commit.collection == "app.bsky.feed.like")
        #expect(commit.rkey == SampleMessage.rkey)
        #expect(commit.cid == SampleMessage.cid)
        #expect(decoded.recordText(in: Array(message.utf8)) == SampleMessage.record)
    }

    @Test func `reads a sync event, and leaves its blocks where they are`() throws {
        let message = """
            {"$type":"message","payload":{"$type":"network.bsky.jetstream.subscribeEvents#sync","did":"did:plc:a",\
            "seq":8,"sync":{"blocks":{"$bytes":"AQI"},"did":"did:plc:a","rev":"rev1","seq":800,\
            "time":"2026-05-25T00:00:00Z"},"time":"1970-01-01T00:00:00.000001Z","rev":"rev2"}}
            """
        let event = try #require(decoder.decode(message).event)
        let sync = Sync(rev: "rev1", seq: 800, relayTimeMicroseconds: 1_779_667_200_000_000)
        #expect(event == JetstreamEvent(did: "did:plc:a", timeMicroseconds: 1, seq: 8, body: .sync(sync)))
        let bare = message.replacing("800", with: "0").replacing("2026-05-25T00:00:00Z", with: "")
        let nothing = Sync(rev: "rev1", seq: nil, relayTimeMicroseconds: nil)
        #expect(decoder.decode(bare).event?.body == .sync(nothing))
    }

    @Test func `does not care for the order of keys, for blanks and for keys that it does not know`() throws {
        let message = """
             { "did" : "did:web:mallory" , "seq" : 1, "record": {"n":4}, "payload" : { "time" : "1970-01-01T00:00:00.000005Z" ,
              "new" : [ { "record":{"n":5} } ] , "seq":7, "rkey":"k","record" : {"n":1} ,"collection":"a.b.c",
            \t"operation":"create","rev":"r","did":"did:web:a","commit":{"record":{"n":6},"rkey":"no"},
              "\\u0024type":"network.bsky.jetstream.subscribeEvents#commit" } ,
              "kind":"account", "time_us" : 6, "account":{"active":true}, "$type" : "message" }\r\n
            """
        let decoded = decoder.decode(message)
        let event = try #require(decoded.event, "\(decoded)")
        #expect(event.did == "did:web:a")
        #expect(event.timeMicroseconds == 5)
        #expect(event.seq == 7)
        #expect(decoded.commit?.rkey == "k")
        #expect(decoded.recordText(in: Array(message.utf8)) == #"{"n":1}"#)
    }

    @Test func `takes the first of equal keys`() throws {
        let message =
            V2DecoderTests.commit
            .replacing(#""did":"#, with: #""did":"did:web:first","$type":"#)
            .replacing(#""time":"#, with: #""seq":1,"record":7,"time":"#)
            .dropLast() + #","payload":{},"$type":"error"}"#
        let decoded = decoder.decode(String(message))
        #expect(decoded.event?.did == "did:web:first")
        #expect(decoded.event?.seq == 24_588_338_586)
        #expect(decoded.recordText(in: Array(message.utf8)) == SampleMessage.record)
    }

    @Test(
        arguments: [
            #""seq":0"#, #""seq":-1"#, #""seq":null"#, #""seq":"7""#, #""seq":7.5"#, #""other":7"#,
        ]
    )
    func `takes only a positive sequence number`(field: String) throws {
        let message = V2DecoderTests.commit.replacing(#""seq":24588338586"#, with: field)
        let event = try #require(decoder.decode(message).event)
        #expect(event.seq == nil)
    }

    @Test func `does not mix up what belongs to another kind of payload`() throws {
        let identity = V2Text.message(ofV1: SampleMessage.identity)
            .replacing(
                #""did":"#,
                with: #""handle":"mallory.example","account":{"active":true},"did":"#,
                maxReplacements: 1
            )
        guard case .identity(let body) = decoder.decode(identity).event?.body else {
            Issue.record("not an identity event")
            return
        }
        #expect(body.handle == "alice.example")
        #expect(body.seq == 1_409_752_997)
    }

    @Test func `reads messages of both wires one after the other`() {
        let first = decoder.decode(SampleMessage.commit)
        let second = decoder.decode(V2DecoderTests.commit)
        for _ in 0..<3 {
            #expect(decoder.decode(SampleMessage.commit) == first)
            #expect(decoder.decode(V2DecoderTests.commit) == second)
        }
    }

    @Test(arguments: [5, 6] as [UInt64])
    func `never traps on damaged messages, and reads again what it has read once`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let later = EventDecoder()
        var accepted = 0
        for _ in 0..<5_000 {
            let whole = String(decoding: SampleMessage.random(using: &random), as: UTF8.self)
            let message = random.damage(Array(V2Text.message(ofV1: whole).utf8))
            let decoded = decoder.decode(message)
            #expect(later.decode(message) == decoded)
            if decoded.event != nil { accepted += 1 }
        }
        #expect((100..<4_900).contains(accepted))
    }

    @Test func `says that a message is cut off, wherever that is`() {
        let whole = Array(V2DecoderTests.commit.utf8)
        for count in 0..<whole.count {
            #expect(decoder.decode(Array(whole[..<count])).unreadable != nil, "\(count)")
        }
    }
}
