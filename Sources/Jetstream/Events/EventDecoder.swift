import CSimdjson

/// Makes events of messages: Jetstream v1, as it is on the wire and as the log keeps it.
///
/// Every message is validated whole (RFC 8259, UTF-8, depth), so that what was accepted once can always be read again.
/// It keeps its buffers from message to message and belongs to one thread at a time.
package final class EventDecoder {
    private let parser: OpaquePointer

    package init() {
        guard let parser = windsock_parser_create() else {
            preconditionFailure("No memory for a JSON parser, which needs a few hundred bytes")
        }
        self.parser = parser
    }

    deinit { windsock_parser_destroy(parser) }

    /// Decodes one message.
    ///
    /// It never fails: what is no event comes back as ``DecodedMessage/unreadable(_:)``, with words that name the field.
    package func decode(_ message: UnsafeRawBufferPointer) -> DecodedMessage {
        var envelope = windsock_envelope()
        let bytes = message.assumingMemoryBound(to: CChar.self)
        if let problem = windsock_parse(parser, bytes.baseAddress, bytes.count, &envelope) {
            let reason = "Not JSON: \(String(cString: problem))"
            return .unreadable(UnreadableMessage(reason: reason))
        }
        do {
            return .event(try event(envelope))
        } catch {
            return .unreadable(
                UnreadableMessage(
                    reason: error.reason,
                    did: (try? envelope.did.requiredString("did", atMost: Longest.did)) ?? "",
                    timeMicroseconds: envelope.time_us.integerOrNil,
                    seq: envelope.cursor.positiveInteger
                )
            )
        }
    }

    /// The longest texts that the log's key is made of, in bytes; the AT Protocol's own limits, or well above them.
    private enum Longest {
        static let did = 2_048
        static let collection = 317
        static let rkey = 512
        static let cid = 256
        static let handle = 256
        static let other = 64
    }

    private func event(_ envelope: windsock_envelope) throws(FieldProblem) -> JetstreamEvent {
        let kind = try envelope.kind.requiredString("kind", atMost: Longest.other)
        let body: JetstreamEvent.Body
        switch kind {
        case "commit": body = .commit(try commit(envelope))
        case "identity": body = .identity(try identity(envelope))
        case "account": body = .account(try account(envelope))
        default: throw FieldProblem(reason: "Unknown kind: \(kind)")
        }
        return JetstreamEvent(
            did: try envelope.did.requiredString("did", atMost: Longest.did),
            timeMicroseconds: try envelope.time_us.requiredInteger("time_us"),
            seq: envelope.cursor.positiveInteger,
            body: body
        )
    }

    private func commit(_ envelope: windsock_envelope) throws(FieldProblem) -> Commit {
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
            rev: try envelope.rev.requiredString("commit.rev", atMost: Longest.other),
            operation: try envelope.operation.requiredString("commit.operation", atMost: Longest.other),
            collection: try envelope.collection.requiredString("commit.collection", atMost: Longest.collection),
            rkey: try envelope.rkey.requiredString("commit.rkey", atMost: Longest.rkey),
            cid: try envelope.cid.optionalString("commit.cid", atMost: Longest.cid),
            record: record
        )
    }

    private func identity(_ envelope: windsock_envelope) throws(FieldProblem) -> Identity {
        try envelope.identity.requireObject("identity")
        return Identity(
            handle: try envelope.handle.optionalString("identity.handle", atMost: Longest.handle),
            seq: envelope.seq.positiveInteger,
            relayTimeMicroseconds: envelope.time.string.flatMap(RFC3339.microseconds)
        )
    }

    private func account(_ envelope: windsock_envelope) throws(FieldProblem) -> Account {
        try envelope.account.requireObject("account")
        return Account(
            active: try envelope.active.requiredBoolean("account.active"),
            status: try envelope.status.optionalString("account.status", atMost: Longest.other),
            seq: envelope.seq.positiveInteger,
            relayTimeMicroseconds: envelope.time.string.flatMap(RFC3339.microseconds)
        )
    }
}

/// A field that is not what its kind needs.
private struct FieldProblem: Error {
    var reason: String
}

/// Reading of one field, with words for what is wrong with it.
extension windsock_value {
    fileprivate var string: String? {
        guard type == WINDSOCK_STRING, let bytes else { return nil }
        return String(decoding: UnsafeRawBufferPointer(start: bytes, count: length), as: UTF8.self)
    }

    fileprivate var integerOrNil: Int64? { type == WINDSOCK_INTEGER ? integer : nil }

    /// A sequence number, where 0 and less mean that there is none.
    fileprivate var positiveInteger: Int64? { integerOrNil.flatMap { $0 > 0 ? $0 : nil } }

    fileprivate func requiredString(_ name: String, atMost limit: Int) throws(FieldProblem) -> String {
        let string = try present(name, atMost: limit)
        guard !string.isEmpty else { throw FieldProblem(reason: "Empty field: \(name)") }
        return string
    }

    fileprivate func optionalString(_ name: String, atMost limit: Int) throws(FieldProblem) -> String? {
        guard type != WINDSOCK_ABSENT, type != WINDSOCK_NULL else { return nil }
        return try present(name, atMost: limit)
    }

    private func present(_ name: String, atMost limit: Int) throws(FieldProblem) -> String {
        guard length <= limit else {
            throw FieldProblem(reason: "Overlong field: \(name) has \(length) bytes, at most \(limit) are allowed")
        }
        guard let string else { throw problem(name, wanted: "a string") }
        return string
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
        let isMissing = type == WINDSOCK_ABSENT || type == WINDSOCK_NULL
        return FieldProblem(reason: isMissing ? "Missing field: \(name)" : "Wrong field: \(name) is not \(wanted)")
    }
}
