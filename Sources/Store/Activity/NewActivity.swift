package import Texts

/// An event that is about to be logged.
package struct NewActivity {
    /// The event's time, as ``UTCTimestamp`` writes it.
    package var timestamp: ByteText

    package var operation: ByteText
    package var collection: ByteText
    package var did: ByteText
    package var rkey: ByteText

    /// The revision; the inner seq of identity, account and sync events, `sha256:` of the bytes where there is neither.
    package var rev: ByteText

    /// The content's identifier; empty where there is none.
    package var cid: ByteText

    /// The message as it was received; it stays where it is until ``ActivityRepository/log(_:)`` returned.
    package var payload: UnsafeRawBufferPointer

    /// Whether the payload is UTF-8; other bytes are stored as a BLOB.
    package var payloadIsText: Bool

    /// When the message was complete, in microseconds since the Unix epoch.
    package var receivedAtMicroseconds: Int64

    package init(
        timestamp: ByteText,
        operation: ByteText,
        collection: ByteText,
        did: ByteText,
        rkey: ByteText,
        rev: ByteText,
        cid: ByteText,
        payload: UnsafeRawBufferPointer,
        payloadIsText: Bool = true,
        receivedAtMicroseconds: Int64
    ) {
        self.timestamp = timestamp
        self.operation = operation
        self.collection = collection
        self.did = did
        self.rkey = rkey
        self.rev = rev
        self.cid = cid
        self.payload = payload
        self.payloadIsText = payloadIsText
        self.receivedAtMicroseconds = receivedAtMicroseconds
    }
}
