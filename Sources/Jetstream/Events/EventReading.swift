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
        static let other = 64
    }

    func event() throws(FieldProblem) -> JetstreamEvent {
        let kind = try envelope.kind.text("kind", atMost: Longest.other)
        let body: JetstreamEvent.Body
        switch kind {
        case "commit": body = .commit(try commit())
        case "identity": body = .identity(try identity())
        case "account": body = .account(try account())
        case "": throw FieldProblem(reason: "Empty field: kind")
        default: throw FieldProblem(reason: "Unknown kind: \(kind)")
        }
        return JetstreamEvent(
            did: try required(envelope.did, "did", atMost: Longest.did),
            timeMicroseconds: try envelope.time_us.requiredInteger("time_us"),
            seq: envelope.cursor.positiveInteger,
            body: body
        )
    }

    private func commit() throws(FieldProblem) -> Commit {
        try envelope.commit.requireObject("commit")
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
            relayTimeMicroseconds: relayTimeMicroseconds
        )
    }

    private func account() throws(FieldProblem) -> Account {
        try envelope.account.requireObject("account")
        return Account(
            active: try envelope.active.requiredBoolean("account.active"),
            status: try optional(envelope.status, "account.status", atMost: Longest.other),
            seq: envelope.seq.positiveInteger,
            relayTimeMicroseconds: relayTimeMicroseconds
        )
    }

    /// The account of a message that is no event otherwise; '' where that cannot be read either.
    var did: ByteText { (try? required(envelope.did, "did", atMost: Longest.did)) ?? "" }

    private var relayTimeMicroseconds: Int64? {
        envelope.time.text.flatMap { RFC3339.microseconds(String($0)) }
    }

    private func required(
        _ value: windsock_value,
        _ name: String,
        atMost limit: Int
    ) throws(FieldProblem) -> ByteText {
        let text = try value.text(name, atMost: limit)
        guard !text.isEmpty else { throw FieldProblem(reason: "Empty field: \(name)") }
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

/// A field that is not what its kind needs.
struct FieldProblem: Error {
    var reason: String
}

/// Reading of one field, with words for what is wrong with it.
extension windsock_value {
    fileprivate var isMissing: Bool { type == WINDSOCK_ABSENT || type == WINDSOCK_NULL }

    /// Where the parser has it: valid until it reads the next message.
    fileprivate var text: ByteText? {
        guard type == WINDSOCK_STRING, let bytes else { return nil }
        return ByteText(lending: UnsafeRawBufferPointer(start: bytes, count: length))
    }

    var integerOrNil: Int64? { type == WINDSOCK_INTEGER ? integer : nil }

    /// A sequence number, where 0 and less mean that there is none.
    var positiveInteger: Int64? { integerOrNil.flatMap { $0 > 0 ? $0 : nil } }

    fileprivate func text(_ name: String, atMost limit: Int) throws(FieldProblem) -> ByteText {
        guard length <= limit else {
            throw FieldProblem(reason: "Overlong field: \(name) has \(length) bytes, at most \(limit) are allowed")
        }
        guard let text else { throw problem(name, wanted: "a string") }
        return text
    }

    fileprivate func requiredInteger(_ name: String) throws(FieldProblem) -> Int64 {
        guard let integerOrNil else { throw problem(name, wanted: "a 64-bit integer") }
        return integerOrNil
    }

    fileprivate func requiredBoolean(_ name: String) throws(FieldProblem) -> Bool {
        guard type == WINDSOCK_BOOLEAN else { throw problem(name, wanted: "true or false") }
        return integer != 0
    }

    fileprivate func requireObject(_ name: String) throws(FieldProblem) {
        guard type == WINDSOCK_OBJECT else { throw problem(name, wanted: "an object") }
    }

    private func problem(_ name: String, wanted: String) -> FieldProblem {
        FieldProblem(reason: isMissing ? "Missing field: \(name)" : "Wrong field: \(name) is not \(wanted)")
    }
}
