import Foundation
import Store

/// One event of the log, as `--json` prints it: a contract, fields are only ever added.
struct ActivityReport: Encodable {
    let id: Int64
    let timestamp: String
    let receivedAt: String
    let status: String
    /// Whose fault an error is, `data` or `internal`; left out of events that did not end as one.
    let errorClass: String?
    let errorMessage: String?
    let operation: String
    let did: String
    let collection: String
    let rkey: String
    let rev: String
    let cid: String
    /// The record's address; left out of events that are about no record.
    let uri: String?
    /// One line of the record.
    let line: String?
    let attempts: Int
    /// When it is tried again by itself; left out when it is not.
    let nextAttemptAt: String?
    /// The message as it was received; left out when its bytes are no UTF-8.
    let eventJson: String?
    /// The message in Base64, when its bytes are no UTF-8.
    let eventBase64: String?

    init(_ entry: ActivityEntry) {
        let event = StoredText(entry.payload)
        id = entry.id
        timestamp = entry.timestamp
        receivedAt = UTCTimestamp.text(microseconds: entry.receivedAtMicroseconds)
        status = entry.status.rawValue
        errorClass = entry.errorClass?.rawValue
        errorMessage = entry.errorMessage
        operation = entry.operation
        did = entry.did
        collection = entry.collection
        rkey = entry.rkey
        rev = entry.rev
        cid = entry.cid
        let hasRecord = !entry.rkey.isEmpty && !entry.collection.isEmpty && !entry.did.isEmpty
        uri = hasRecord ? "at://\(entry.did)/\(entry.collection)/\(entry.rkey)" : nil
        line = ActivityDisplay(entry).line
        attempts = entry.attempts
        nextAttemptAt = entry.nextAttemptMicroseconds.map(UTCTimestamp.text)
        eventJson = event.text
        eventBase64 = event.base64
    }
}

/// Bytes of the database as JSON can hold them.
struct StoredText {
    /// The text; nil when the bytes are no UTF-8.
    let text: String?
    /// Base64 when they are not; else nil.
    let base64: String?

    init(_ bytes: [UInt8]) {
        text = String(validating: bytes, as: UTF8.self)
        base64 = text == nil ? Data(bytes).base64EncodedString() : nil
    }
}
