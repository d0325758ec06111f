import Jetstream
import Store
import TestSupport
import Texts

@testable import Ingest

/// The time that the tests' events lie around: 2026-07-04, in microseconds since the Unix epoch.
let baseMicroseconds: Int64 = 1_783_175_888_000_000

/// A moment so many seconds after the base.
func at(_ seconds: Int64) -> Int64 { baseMicroseconds + seconds * 1_000_000 }

/// The greatest revision of a moment so many seconds after the base.
func revision(_ seconds: Int64) -> String { TID(lastAt: at(seconds)).text }

/// A content identifier that looks like one, the same for the same seed.
func contentIdentifier(_ seed: String) -> String {
    let alphabet = Array("abcdefghijklmnopqrstuvwxyz234567")
    var hash: UInt64 = 14_695_981_039_346_656_037
    let characters = (0..<52).map { position in
        for byte in "\(seed)/\(position)".utf8 { hash = (hash ^ UInt64(byte)) &* 1_099_511_628_211 }
        return alphabet[Int(hash >> 59)]
    }
    return "bafyrei" + String(characters)
}

/// An actor's DID, the same for the same name.
func did(_ name: String) -> String { "did:plc:" + String(contentIdentifier(name).suffix(24)) }

/// A commit, as Jetstream v1 sends it; what a test does not care about has a value already.
struct SampleCommit {
    var did = IngestTests.did("alice")
    var operation = "create"
    var collection = "app.bsky.feed.post"
    var rkey = "3lqz2abcdef2s"
    var timeMicroseconds = baseMicroseconds
    var rev: String
    /// nil leaves the field out.
    var cid: String?
    /// JSON; nil leaves the field out.
    var record: String?
    /// The server's sequence number; nil leaves the field out.
    var seq: Int64?

    /// A commit at a number of seconds after the base.
    init(_ operation: String = "create", at seconds: Int64, rkey: String = "3lqz2abcdef2s", text: String = "Hello") {
        self.operation = operation
        self.rkey = rkey
        timeMicroseconds = IngestTests.at(seconds)
        rev = revision(seconds)
        guard operation != "delete" else { return }
        cid = contentIdentifier(text)
        record = #"{"$type":"app.bsky.feed.post","text":"\#(text)"}"#
    }

    var key: RecordKey { RecordKey(collection: ByteText(collection), rkey: ByteText(rkey), did: ByteText(did)) }

    var json: String {
        let content = (record.map { #","record":\#($0)"# } ?? "") + (cid.map { #","cid":"\#($0)""# } ?? "")
        return
            #"{"did":"\#(did)","time_us":\#(timeMicroseconds)\#(cursor(seq)),"kind":"commit","commit":{"rev":"\#(rev)","#
            + #""operation":"\#(operation)","collection":"\#(collection)","rkey":"\#(rkey)"\#(content)}}"#
    }

    func with(_ change: (inout SampleCommit) -> Void) -> SampleCommit {
        var commit = self
        change(&commit)
        return commit
    }
}

/// An identity event, as Jetstream v1 sends it.
struct SampleIdentity {
    var did = IngestTests.did("alice")
    /// nil leaves the field out.
    var handle: String?
    /// Seconds after the base, of the event and of its inner time.
    var seconds: Int64
    /// The relay's own; nil leaves the field out.
    var seq: Int64?
    /// How much later than its inner time the host says that it was.
    var timeShiftMicroseconds: Int64 = 0

    var json: String {
        let handle = handle.map { #""handle":"\#($0)","# } ?? ""
        let seq = seq.map { #""seq":\#($0),"# } ?? ""
        let told = at(seconds) + timeShiftMicroseconds
        return
            #"{"did":"\#(did)","time_us":\#(told),"kind":"identity","identity":{"did":"\#(did)",\#(handle)\#(seq)"#
            + #""time":"\#(UTCTimestamp.text(microseconds: at(seconds)))"}}"#
    }
}

/// An account event, as Jetstream v1 sends it.
struct SampleAccount {
    var did = IngestTests.did("alice")
    var active = false
    /// nil leaves the field out.
    var status: String?
    /// Seconds after the base, of the event and of its inner time.
    var seconds: Int64
    /// The relay's own; nil leaves the field out.
    var seq: Int64?
    /// How much later than its inner time the host says that it was.
    var timeShiftMicroseconds: Int64 = 0

    var json: String {
        let status = status.map { #","status":"\#($0)""# } ?? ""
        let seq = seq.map { #""seq":\#($0),"# } ?? ""
        let told = at(seconds) + timeShiftMicroseconds
        return
            #"{"did":"\#(did)","time_us":\#(told),"kind":"account","account":{"active":\#(active),"did":"\#(did)","#
            + #"\#(seq)"time":"\#(UTCTimestamp.text(microseconds: at(seconds)))"\#(status)}}"#
    }

    static func deleted(_ did: String = IngestTests.did("alice"), at seconds: Int64, seq: Int64) -> SampleAccount {
        SampleAccount(did: did, active: false, status: "deleted", seconds: seconds, seq: seq)
    }
}

/// A sync event, as Jetstream v2 sends it.
struct SampleSync {
    var did = IngestTests.did("alice")
    /// Seconds after the base, of the event, of its inner time and of its revision.
    var seconds: Int64
    /// The relay's own; nil leaves the field out.
    var seq: Int64?

    var json: String {
        let time = V2Text.date(microseconds: at(seconds))
        let seq = seq.map { #""seq":\#($0),"# } ?? ""
        return
            #"{"$type":"message","payload":{"$type":"\#(V2Text.types)sync","did":"\#(did)","seq":\#(1_000 + seconds),"#
            + #""sync":{"blocks":{"$bytes":"AQI"},"did":"\#(did)","rev":"\#(revision(seconds))",\#(seq)"time":"\#(time)"},"#
            + #""time":"\#(time)"}}"#
    }
}

private func cursor(_ seq: Int64?) -> String { seq.map { #","cursor":\#($0)"# } ?? "" }
