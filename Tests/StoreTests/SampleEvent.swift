import TestSupport
import Texts

@testable import Store

/// An event for the tests; what a test does not care about has a value already.
struct SampleEvent {
    var timeMicroseconds: Int64 = 1_783_175_888_085_434
    var operation = "create"
    var collection = "app.bsky.feed.post"
    var did = "did:plc:aaaaaaaaaaaaaaaaaaaaaaaa"
    var rkey = "3lqz2abcdef2s"
    var rev = "3lqz2abcdef22"
    var cid = "bafyreib2rxk3rh6kzwq"
    var payload = Array(#"{"kind":"commit"}"#.utf8)
    var payloadIsText = true
    var receivedAtMicroseconds: Int64 = 1_783_175_888_100_000

    var timestamp: String { UTCTimestamp.text(microseconds: timeMicroseconds) }
    var minute: Int64 { UTCTimestamp.minute(timeMicroseconds) }
}

extension ActivityRepository {
    func log(_ event: SampleEvent) throws -> Int64? {
        try log([event])[0]
    }

    func log(_ events: [SampleEvent]) throws -> [Int64?] {
        let payloads = TextArena()
        return try withExtendedLifetime(payloads) {
            try log(events.map { $0.activity(payloads) })
        }
    }
}

extension SampleEvent {
    fileprivate func activity(_ payloads: TextArena) -> NewActivity {
        NewActivity(
            timestamp: ByteText(timestamp),
            operation: ByteText(operation),
            collection: ByteText(collection),
            did: ByteText(did),
            rkey: ByteText(rkey),
            rev: ByteText(rev),
            cid: ByteText(cid),
            payload: payload.withUnsafeBytes { payloads.add($0).bytes },
            payloadIsText: payloadIsText,
            receivedAtMicroseconds: receivedAtMicroseconds
        )
    }
}
