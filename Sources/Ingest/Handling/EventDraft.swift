import Crypto
import Jetstream
import Store
import Texts

/// A message as commit 1 logs it: the columns of its row, and the event that commit 2 applies.
///
/// Its texts are valid as long as the arena that it was made in.
struct EventDraft {
    /// `operation` of a row whose message could not be read.
    private static let unreadableOperation: ByteText = "unknown"
    /// What a zstd frame begins with (RFC 8878, section 3.1.1).
    static let zstdMagic: [UInt8] = [0x28, 0xB5, 0x2F, 0xFD]
    private static let dayMicroseconds: Int64 = 86_400_000_000

    let decoded: DecodedMessage
    let timestampMicroseconds: Int64
    /// The same as the log writes it.
    let timestamp: ByteText
    let operation: ByteText
    let collection: ByteText
    let did: ByteText
    let rkey: ByteText
    let rev: ByteText
    let cid: ByteText
    let receivedAtMicroseconds: Int64
    /// The same as records and actors tell when they were stored.
    let indexedAt: ByteText

    /// Makes the draft of a message as it came from the wire, or from the log.
    ///
    /// - Parameters:
    ///   - message: the message.
    ///   - decoder: reads it.
    ///   - texts: where the draft's texts are put.
    ///   - receipt: the time of receipt of the message before it, and its text in the same arena; mostly it is the same.
    init(
        _ message: MessageBatch.Message,
        decoder: EventDecoder,
        texts: TextArena,
        after receipt: (timeMicroseconds: Int64, text: ByteText)? = nil
    ) {
        let decoded = EventDraft.decode(message, decoder, texts)
        self.decoded = decoded
        receivedAtMicroseconds = message.receivedAtMicroseconds
        timestampMicroseconds = EventDraft.plausible(
            decoded.timeMicroseconds,
            receivedAtMicroseconds: message.receivedAtMicroseconds
        )
        timestamp = texts.add(timeMicroseconds: timestampMicroseconds)
        if let receipt, receipt.timeMicroseconds == receivedAtMicroseconds {
            indexedAt = receipt.text
        } else {
            indexedAt = texts.add(timeMicroseconds: receivedAtMicroseconds)
        }
        switch decoded {
        case .event(let event):
            did = event.did
            switch event.body {
            case .commit(let commit):
                operation = commit.operation
                collection = commit.collection
                rkey = commit.rkey
                rev = commit.rev
                cid = commit.cid ?? ""
            case .identity(let identity):
                (operation, collection, rkey, cid) = ("identity", "", "", "")
                rev = texts.add(identity.seq.map(String.init) ?? EventDraft.digest(of: message.bytes))
            case .account(let account):
                (operation, collection, rkey, cid) = ("account", "", "", "")
                rev = texts.add(account.seq.map(String.init) ?? EventDraft.digest(of: message.bytes))
            case .sync(let sync):
                (operation, collection, rkey, cid) = ("sync", "", "", "")
                rev = texts.add(sync.seq.map(String.init) ?? EventDraft.digest(of: message.bytes))
            }
        case .unreadable(let unreadable):
            did = unreadable.did
            (operation, collection, rkey, cid) = (EventDraft.unreadableOperation, "", "", "")
            rev = texts.add(EventDraft.digest(of: message.bytes))
        }
    }

    /// A time as the log keeps it: the event's own, or that of receipt where it lies before 2020 or over a day ahead.
    static func plausible(_ timeMicroseconds: Int64?, receivedAtMicroseconds: Int64) -> Int64 {
        guard let timeMicroseconds, timeMicroseconds >= StreamPosition.earliestMicroseconds,
            timeMicroseconds <= receivedAtMicroseconds + dayMicroseconds
        else { return receivedAtMicroseconds }
        return timeMicroseconds
    }

    private static func decode(
        _ message: MessageBatch.Message,
        _ decoder: EventDecoder,
        _ texts: TextArena
    ) -> DecodedMessage {
        guard message.isText else {
            let isZstd = message.bytes.starts(with: EventDraft.zstdMagic)
            return .unreadable(
                UnreadableMessage(
                    reason: isZstd
                        ? "A compressed message that could not be decompressed"
                        : "A binary message, where text was asked for"
                )
            )
        }
        return decoder.decode(message.bytes, into: texts)
    }

    /// The key of what has none of its own (invariant 2).
    private static func digest(of bytes: UnsafeRawBufferPointer) -> String {
        "sha256:\(PersonHash.hexadecimal(SHA256.hash(data: bytes)))"
    }
}

extension TextArena {
    /// Adds a time as ``UTCTimestamp`` writes it.
    fileprivate func add(timeMicroseconds: Int64) -> ByteText {
        add(count: UTCTimestamp.length) { UTCTimestamp.write(microseconds: timeMicroseconds, to: $0) }
    }
}
