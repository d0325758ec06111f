import TestSupport
import Testing

@testable import Jetstream

struct NoticeReaderTests {
    private let reader = NoticeReader()

    private func notice(_ message: String) -> ServerNotice? {
        Array(message.utf8).withUnsafeBytes { reader.notice(in: $0) }
    }

    @Test(arguments: [
        #"{"$type":"error","error":"ConsumerTooSlow","message":"reading below the floor rate"}"#,
        #"{"message":"reading below the floor rate","error":"ConsumerTooSlow","$type":"error"}"#,
        #" { "x" : 1 , "$type" : "error", "error":"ConsumerTooSlow", "error":"x","message":"reading below the floor rate" } "#,
        #"{"payload":{"$type":"\#(V2Text.types)commit"},"\u0024type":"error","error":"ConsumerTooSlow","#
            + #""message":"reading below the floor rate"}"#,
    ])
    func `finds an error, whatever the order of its keys`(message: String) {
        #expect(notice(message) == .error(name: "ConsumerTooSlow", message: "reading below the floor rate"))
    }

    @Test(arguments: [
        #"{"$type":"message","payload":{"$type":"\#(V2Text.types)info","message":"it is old","name":"OutdatedCursor"}}"#,
        #"{"payload":{"message":"it is old","name":"OutdatedCursor","$type":"\#(V2Text.types)info"},"$type":"message"}"#,
        #"{"$type":"message","name":"no","payload":{"name":"OutdatedCursor","$type":"\#(V2Text.types)in\u0066o","#
            + #""message":"it is old","seq":5}}"#,
    ])
    func `finds an info, whatever the order of its keys`(message: String) {
        #expect(notice(message) == .info(name: "OutdatedCursor", message: "it is old"))
    }

    @Test func `finds notices that say little or too much`() {
        #expect(notice(#"{"$type":"error"}"#) == .error(name: "", message: ""))
        #expect(notice(#"{"$type":"error","error":7,"message":null}"#) == .error(name: "", message: ""))
        let info = #"{"$type":"message","payload":{"$type":"\#(V2Text.types)info"}}"#
        #expect(notice(info) == .info(name: "", message: ""))
        let long = String(repeating: "é", count: 100_000)
        guard case .error(let name, let message) = notice(#"{"$type":"error","error":"\#(long)","message":"\#(long)"}"#)
        else {
            Issue.record("no error")
            return
        }
        #expect(name == String(repeating: "é", count: 64))
        #expect(message == String(repeating: "é", count: 512))
    }

    @Test(arguments: ["commit", "identity", "account", "sync"])
    func `takes no event for a notice, whatever it holds`(kind: String) {
        let fields = #""name":"OutdatedCursor","message":"m","error":"e","payload":{"$type":"\#(V2Text.types)info"}"#
        let plain = #"{"$type":"message","payload":{"$type":"\#(V2Text.types)\#(kind)",\#(fields)}}"#
        #expect(notice(plain) == nil)
        #expect(notice(plain.replacing(#"{"$type":"message","#, with: #"{ "$type":"message","#)) == nil)
        let last = #"{"payload":{\#(fields),"$type":"\#(V2Text.types)\#(kind)"},"$type":"message"}"#
        #expect(notice(last) == nil)
        // The first of equal keys counts.
        #expect(notice(plain.dropLast() + #","$type":"error","payload":{"$type":"\#(V2Text.types)info"}}"#) == nil)
    }

    @Test(arguments: [
        "", "{", "[]", "7", "null", #"{"$type":"error""#, #"{"$type":7}"#, #"{"$type":"note","error":"e"}"#,
        #"{"$type":"message"}"#, #"{"$type":"message","payload":{"$type":"info","name":"n"}}"#,
        #"{"$type":"message","payload":{"$type":"\#(V2Text.types)infos","name":"n"}}"#,
        #"{"$type":"message","payload":{"$type":"\#(V2Text.types)commits"}}"#, #"{"error":"e","message":"m"}"#,
        SampleMessage.commit, #"{"kind":"info","name":"n"}"#,
    ])
    func `leaves what is no notice to the decoder`(message: String) {
        #expect(notice(message) == nil)
    }

    @Test func `agrees with the decoder on damaged messages`() {
        var random = SeededGenerator(seed: 11)
        let decoder = EventDecoder()
        let samples = [
            #"{"$type":"error","error":"ConsumerTooSlow","message":"reading below the floor rate"}"#,
            #"{"$type":"message","payload":{"$type":"\#(V2Text.types)info","message":"it is old","name":"n"}}"#,
            V2Text.message(ofV1: SampleMessage.commit), V2Text.message(ofV1: SampleMessage.identity),
        ]
        var notices = 0
        for index in 0..<10_000 {
            let message = random.damage(Array(samples[index % samples.count].utf8))
            guard message.withUnsafeBytes({ reader.notice(in: $0) }) != nil else { continue }
            notices += 1
            #expect(decoder.decode(message).event == nil)
        }
        #expect((100..<5_000).contains(notices))
    }
}
