import Crypto
import Jetstream
import Store

/// A message as commit 1 logs it: the columns of its row, and the event that commit 2 applies.
struct EventDraft {
    /// `operation` of a row whose message could not be read.
    static let unreadableOperation = "unknown"
    /// Times before 2020 are no times of this network: the log takes the time of receipt instead.
    static let earliestMicroseconds: Int64 = 1_577_836_800_000_000
    private static let dayMicroseconds: Int64 = 86_400_000_000

    let decoded: DecodedMessage
    let timestampMicroseconds: Int64
    let operation: String
    let collection: String
    let did: String
    let rkey: String
    let rev: String
    let cid: String
    let receivedAtMicroseconds: Int64

    /// Makes the draft of a message as it came from the wire, or from the log.
    init(_ message: MessageBatch.Message, decoder: EventDecoder) {
        let decoded = EventDraft.decode(message, decoder)
        self.decoded = decoded
        receivedAtMicroseconds = message.receivedAtMicroseconds
        timestampMicroseconds = EventDraft.plausible(
            decoded.timeMicroseconds,
            receivedAtMicroseconds: message.receivedAtMicroseconds
        )
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
                rev = identity.seq.map(String.init) ?? EventDraft.digest(of: message.bytes)
            case .account(let account):
                (operation, collection, rkey, cid) = ("account", "", "", "")
                rev = account.seq.map(String.init) ?? EventDraft.digest(of: message.bytes)
            }
        case .unreadable(let unreadable):
            did = unreadable.did
            (operation, collection, rkey, cid) = (EventDraft.unreadableOperation, "", "", "")
            rev = EventDraft.digest(of: message.bytes)
        }
    }

    /// A time as the log keeps it: the event's own, or that of receipt where it lies before 2020 or over a day ahead.
    static func plausible(_ timeMicroseconds: Int64?, receivedAtMicroseconds: Int64) -> Int64 {
        guard let timeMicroseconds, timeMicroseconds >= earliestMicroseconds,
            timeMicroseconds <= receivedAtMicroseconds + dayMicroseconds
        else { return receivedAtMicroseconds }
        return timeMicroseconds
    }

    private static func decode(_ message: MessageBatch.Message, _ decoder: EventDecoder) -> DecodedMessage {
        guard message.isText else {
            let reason = "A binary message, where text was asked for"
            return .unreadable(UnreadableMessage(reason: reason))
        }
        return decoder.decode(message.bytes)
    }

    /// The key of what has none of its own (invariant 2).
    private static func digest(of bytes: UnsafeRawBufferPointer) -> String {
        let hex = SHA256.hash(data: bytes).map { byte in
            let digits = String(byte, radix: 16)
            return digits.count == 1 ? "0\(digits)" : digits
        }
        return "sha256:\(hex.joined())"
    }
}
