import Crypto
import Texts

/// Makes events of a batch's messages: texts of their own, and nothing left out.
struct BatchReading {
    /// What a zstd frame begins with (RFC 8878, section 3.1.1).
    private static let zstdMagic: [UInt8] = [0x28, 0xB5, 0x2F, 0xFD]

    /// Since the Unix epoch; later times are not believed.
    let nowMicroseconds: Int64

    /// Reads a batch.
    ///
    /// - Parameter batch: the messages.
    /// - Returns: an event for each, in their order; and what they say of the position.
    func read(_ batch: MessageBatch) -> (events: [Event], summary: BatchSummary) {
        let decoder = EventDecoder()
        let texts = TextArena()
        var summary = BatchSummary(nowMicroseconds: nowMicroseconds)
        let events = batch.withMessages { messages in
            messages.map { message in
                let decoded = BatchReading.decode(message, decoder, texts)
                summary.add(decoded, receivedAtMicroseconds: message.receivedAtMicroseconds)
                return Event(decoded, message)
            }
        }
        return (events, summary)
    }

    private static func decode(
        _ message: MessageBatch.Message,
        _ decoder: EventDecoder,
        _ texts: TextArena
    ) -> DecodedMessage {
        if message.isText { return decoder.decode(message.bytes, into: texts) }
        let isZstd = message.bytes.starts(with: zstdMagic)
        return .unreadable(
            UnreadableMessage(
                reason: isZstd
                    ? "A compressed message that could not be decompressed"
                    : "A binary message, where text was asked for"
            )
        )
    }
}

extension Event {
    /// Takes what was decoded out of the arena.
    fileprivate init(_ decoded: DecodedMessage, _ message: MessageBatch.Message) {
        let kind = Kind(decoded, message.bytes)
        switch decoded {
        case .event(let event): did = String(event.did)
        case .unreadable(let unreadable): did = String(unreadable.did)
        }
        timeMicroseconds = decoded.timeMicroseconds ?? message.receivedAtMicroseconds
        seq = decoded.seq
        receivedAtMicroseconds = message.receivedAtMicroseconds
        digest = kind.isNamed ? "" : Event.digest(of: message.bytes)
        self.kind = kind
    }

    private static func digest(of bytes: UnsafeRawBufferPointer) -> String {
        let hex = SHA256.hash(data: bytes).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }
        return "sha256:\(hex.joined())"
    }
}

extension Event.Kind {
    fileprivate init(_ decoded: DecodedMessage, _ bytes: UnsafeRawBufferPointer) {
        switch decoded {
        case .unreadable(let message): self = .unreadable(String(message.reason), bytes)
        case .event(let event): self.init(event.body, bytes)
        }
    }

    private init(_ body: JetstreamEvent.Body, _ bytes: UnsafeRawBufferPointer) {
        switch body {
        case .commit(let commit):
            self.init(commit, bytes)
        case .identity(let identity):
            self = .identity(
                Event.Identity(
                    handle: identity.handle.map { String($0) },
                    relaySeq: identity.seq,
                    relayTimeMicroseconds: identity.relayTimeMicroseconds
                )
            )
        case .account(let account):
            self = .account(
                Event.Account(
                    isActive: account.active,
                    status: account.status.map { String($0) },
                    relaySeq: account.seq,
                    relayTimeMicroseconds: account.relayTimeMicroseconds
                )
            )
        case .sync(let sync):
            self = .sync(
                Event.Sync(
                    rev: String(sync.rev),
                    relaySeq: sync.seq,
                    relayTimeMicroseconds: sync.relayTimeMicroseconds,
                    message: String(decoding: bytes, as: UTF8.self)
                )
            )
        }
    }

    private init(_ commit: Commit, _ bytes: UnsafeRawBufferPointer) {
        let record: String?
        switch commit.record {
        case .missing: record = nil
        case .object(let range): record = String(decoding: bytes[range], as: UTF8.self)
        case .notAnObject:
            self = .unreadable("Wrong field: commit.record is not an object", bytes)
            return
        }
        self = .commit(
            Event.Commit(
                rev: String(commit.rev),
                operation: Event.Operation(String(commit.operation)),
                collection: String(commit.collection),
                rkey: String(commit.rkey),
                cid: commit.cid.map { String($0) },
                record: record
            )
        )
    }

    private static func unreadable(_ reason: String, _ bytes: UnsafeRawBufferPointer) -> Event.Kind {
        .unreadable(Event.Unreadable(reason: reason, bytes: Array(bytes)))
    }

    /// Whether something in the event names it.
    fileprivate var isNamed: Bool {
        switch self {
        case .commit: true
        case .identity(let identity): identity.relaySeq != nil
        case .account(let account): account.relaySeq != nil
        case .sync(let sync): sync.relaySeq != nil
        case .unreadable: false
        }
    }
}
