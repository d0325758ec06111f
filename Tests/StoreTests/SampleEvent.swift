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
        try event.payload.withUnsafeBytes { payload in
            try log(
                NewActivity(
                    timestamp: event.timestamp,
                    operation: event.operation,
                    collection: event.collection,
                    did: event.did,
                    rkey: event.rkey,
                    rev: event.rev,
                    cid: event.cid,
                    payload: payload,
                    payloadIsText: event.payloadIsText,
                    receivedAtMicroseconds: event.receivedAtMicroseconds
                )
            )
        }
    }
}
