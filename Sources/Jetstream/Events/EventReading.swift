import CSimdjson
import Texts

/// Makes the event of what the parser found in one message.
struct EventReading {
    let envelope: windsock_envelope
    let texts: TextArena

    /// The longest texts that the log's key is made of, in bytes; the AT Protocol's own limits, or well above them.
    private enum Longest {
        static let did = 2_048
        static let collection = 317
        static let rkey = 512
        static let cid = 256
        static let handle = 256
        static let type = 512
        static let other = 64
    }

    func event() throws(FieldProblem) -> JetstreamEvent {
        guard isV2 else { return try event(kind: envelope.kind.text("kind", atMost: Longest.other)) }
        let kind = try payloadKind()
        do throws(FieldProblem) {
            return try event(kind: kind)
        } catch {
            throw error.inPayload
        }
    }

    private var isV2: Bool { envelope.type.type != WINDSOCK_ABSENT }

    /// What a v2 message brings.
    private func payloadKind() throws(FieldProblem) -> ByteText {
        let type = try envelope.type.text("$type", atMost: Longest.type)
        guard type == "message" else { throw .unknown("$type", type) }
        try envelope.payload.requireObject("payload")
        let kind = envelope.kind.text ?? ""
        switch kind {
        case "commit", "identity", "account", "sync": return kind
        default: throw .unknown("payload.$type", try envelope.payload_type.text("payload.$type", atMost: Longest.type))
        }
    }

    private func event(kind: ByteText) throws(FieldProblem) -> JetstreamEvent {
        let body: JetstreamEvent.Body
        switch kind {
        case "commit": body = .commit(try commit())
        case "identity": body = .identity(try identity())
        case "account": body = .account(try account())
        case "sync" where isV2: body = .sync(try sync())
        case "": throw .empty("kind")
        default: throw .unknown("kind", kind)
        }
        return JetstreamEvent(
            did: try required(envelope.did, "did", atMost: Longest.did),
            timeMicroseconds: try timeMicroseconds(),
            seq: envelope.cursor.positiveInteger,
            body: body
        )
    }

    private func commit() throws(FieldProblem) -> Commit {
        if !isV2 { try envelope.commit.requireObject("commit") }
        let record: Commit.RecordText
        switch envelope.record.type {
        case WINDSOCK_OBJECT:
            let start = envelope.record_offset
            record = .object(start..<start + envelope.record.length)
        case WINDSOCK_ABSENT, WINDSOCK_NULL: record = .missing
        default: record = .notAnObject
        }
        return Commit(
            rev: try required(envelope.rev, "commit.rev", atMost: Longest.other),
            operation: try required(envelope.operation, "commit.operation", atMost: Longest.other),
            collection: try required(envelope.collection, "commit.collection", atMost: Longest.collection),
            rkey: try required(envelope.rkey, "commit.rkey", atMost: Longest.rkey),
            cid: try optional(envelope.cid, "commit.cid", atMost: Longest.cid),
            record: record
        )
    }

    private func identity() throws(FieldProblem) -> Identity {
        try envelope.identity.requireObject("identity")
        return Identity(
            handle: try optional(envelope.handle, "identity.handle", atMost: Longest.handle),
            seq: envelope.seq.positiveInteger,
            relayTimeMicroseconds: envelope.time.dateMicroseconds
        )
    }

    private func account() throws(FieldProblem) -> Account {
        try envelope.account.requireObject("account")
        return Account(
            active: try envelope.active.requiredBoolean("account.active"),
            status: try optional(envelope.status, "account.status", atMost: Longest.other),
            seq: envelope.seq.positiveInteger,
            relayTimeMicroseconds: envelope.time.dateMicroseconds
        )
    }

    private func sync() throws(FieldProblem) -> Sync {
        try envelope.sync.requireObject("sync")
        return Sync(
            rev: try required(envelope.rev, "sync.rev", atMost: Longest.other),
            seq: envelope.seq.positiveInteger,
            relayTimeMicroseconds: envelope.time.dateMicroseconds
        )
    }

    /// The account of a message that is no event otherwise; '' where that cannot be read either.
    var did: ByteText { (try? required(envelope.did, "did", atMost: Longest.did)) ?? "" }

    /// When the server saw the event: a number in v1, a date in v2.
    func timeMicroseconds() throws(FieldProblem) -> Int64 {
        guard isV2 else { return try envelope.time_us.requiredInteger("time_us") }
        return try envelope.sent.requiredDate("time")
    }

    private func required(
        _ value: windsock_value,
        _ name: String,
        atMost limit: Int
    ) throws(FieldProblem) -> ByteText {
        let text = try value.text(name, atMost: limit)
        guard !text.isEmpty else { throw .empty(name) }
        return texts.add(text.bytes)
    }

    private func optional(
        _ value: windsock_value,
        _ name: String,
        atMost limit: Int
    ) throws(FieldProblem) -> ByteText? {
        guard !value.isMissing else { return nil }
        return texts.add(try value.text(name, atMost: limit).bytes)
    }
}
