import TestSupport
import Testing

@testable import Jetstream

struct EventTests {
    private static let commit = """
        {"did":"did:plc:a","time_us":5,"cursor":9,"kind":"commit","commit":{"rev":"r1","operation":"create",\
        "collection":"a.b.c","rkey":"k","cid":"bafy","record":{"text":"h\\u00e9", "n":1.50}}}
        """
    private static let identity = """
        {"did":"did:plc:a","time_us":6,"kind":"identity","identity":{"did":"did:plc:a","handle":"a.example","seq":71,\
        "time":"2026-07-04T14:38:07.877Z"}}
        """
    private static let account = """
        {"did":"did:plc:a","time_us":7,"kind":"account","account":{"active":false,"did":"did:plc:a","seq":72,\
        "status":"deleted"}}
        """
    private static let sync = """
        {"$type":"message","payload":{"$type":"network.bsky.jetstream.subscribeEvents#sync","did":"did:plc:a","seq":4,\
        "sync":{"blocks":{"$bytes":"AQI"},"did":"did:plc:a","rev":"r9","seq":73},"time":"2026-07-04T14:38:08Z"}}
        """

    @Test func `has texts of its own for every kind`() throws {
        let events = Event.read([Self.commit, Self.identity, Self.account, Self.sync])
        #expect(events.map(\.did) == Array(repeating: "did:plc:a", count: 4))
        #expect(events.map(\.timeMicroseconds) == [5, 6, 7, 1_783_175_888_000_000])
        #expect(events.map(\.seq) == [9, nil, nil, 4])
        #expect(events.allSatisfy { $0.receivedAtMicroseconds == streamStart + 1 })
        let commit = Event.Commit(
            rev: "r1",
            operation: .create,
            collection: "a.b.c",
            rkey: "k",
            cid: "bafy",
            record: "{\"text\":\"h\\u00e9\", \"n\":1.50}"
        )
        #expect(events[0].kind == .commit(commit))
        let relayTime: Int64 = 1_783_175_887_877_000
        #expect(
            events[1].kind
                == .identity(Event.Identity(handle: "a.example", relaySeq: 71, relayTimeMicroseconds: relayTime))
        )
        #expect(
            events[2].kind
                == .account(
                    Event.Account(isActive: false, status: "deleted", relaySeq: 72, relayTimeMicroseconds: nil)
                )
        )
        #expect(
            events[3].kind
                == .sync(Event.Sync(rev: "r9", relaySeq: 73, relayTimeMicroseconds: nil, message: Self.sync))
        )
    }

    @Test func `has a key that tells events apart and is the same again`() {
        let other = Self.identity.replacing("71", with: "74")
        let messages = [
            Self.commit, Self.commit.replacing("create", with: "delete"), Self.commit.replacing("\"k\"", with: "\"l\""),
            Self.identity, other, Self.account, Self.sync, "no JSON", "no JSON either",
            // Without a number of the relay's it is the bytes that count.
            Self.identity.replacing(",\"seq\":71", with: ""), other.replacing(",\"seq\":74", with: ",\"x\":1"),
        ]
        let keys = Event.read(messages).map(\.key)
        #expect(keys.unique.count == messages.count)
        #expect(Event.read(messages).map(\.key) == keys)
        #expect(keys[0] == "r1 did:plc:a a.b.c k create")
        #expect(keys[7].hasPrefix("sha256:") && keys[9].hasPrefix("sha256:"))
        // Of another host, at another time.
        let elsewhere = Self.commit.replacing("\"time_us\":5,\"cursor\":9", with: "\"time_us\":99")
        #expect(Event.read([elsewhere]).map(\.key) == [keys[0]])
    }

    @Test(arguments: ["create", "update", "delete", "purge"])
    func `keeps an operation that it does not know`(word: String) throws {
        let event = try #require(Event.read([Self.commit.replacing("create", with: word)]).first)
        guard case .commit(let commit) = event.kind else { return #expect(Bool(false), "no commit") }
        #expect(commit.operation == [.create, .update, .delete, .other("purge")].first { $0.word == word })
    }

    @Test func `says why a message cannot be read, and keeps its bytes`() throws {
        let message = Self.commit.replacing("{\"text\":\"h\\u00e9\", \"n\":1.50}", with: "[1]")
        let events = Event.read([message])
        let expected = Event.Unreadable(
            reason: "Wrong field: commit.record is not an object",
            bytes: Array(message.utf8)
        )
        #expect(events.map(\.kind) == [.unreadable(expected)])
        #expect(events.map(\.timeMicroseconds) == [5])
        #expect(Event.read(["{}"]).map(\.timeMicroseconds) == [streamStart + 1])
    }

    @Test(arguments: [([0x28, 0xB5, 0x2F, 0xFD, 0x00], "compressed"), ([0x00], "binary")] as [([UInt8], String)])
    func `brings a binary message as it came`(bytes: [UInt8], word: String) throws {
        var batch = MessageBatch(source: StreamSource(host: "test", wire: .v2, connection: 1))
        bytes.withUnsafeBytes { batch.append($0, isText: false, receivedAtMicroseconds: 3) }
        let event = try #require(BatchReading(nowMicroseconds: streamStart).read(batch).events.first)
        guard case .unreadable(let message) = event.kind else { return #expect(Bool(false), "it was read") }
        #expect(message.bytes == bytes)
        #expect(message.reason.contains(word))
        #expect(event.did.isEmpty)
    }
}
