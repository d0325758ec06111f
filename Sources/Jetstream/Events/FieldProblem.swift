import CSimdjson
import Texts

/// A field that is not what its kind needs.
struct FieldProblem: Error {
    /// Where it stands: keys with dots between them.
    private var field: String
    private var before: String
    private var after = ""

    /// What is wrong, for a person to read.
    var reason: String { before + field + after }

    /// The same of a v2 message, whose payload holds what v1 has at the top and in `commit`.
    var inPayload: FieldProblem {
        var moved = self
        moved.field = "payload." + (field.hasPrefix("commit.") ? field.dropFirst("commit.".count) : field[...])
        return moved
    }

    static func missing(_ field: String) -> FieldProblem { FieldProblem(field: field, before: "Missing field: ") }

    static func empty(_ field: String) -> FieldProblem { FieldProblem(field: field, before: "Empty field: ") }

    static func wrong(_ field: String, wanted: String) -> FieldProblem {
        FieldProblem(field: field, before: "Wrong field: ", after: " is not \(wanted)")
    }

    static func overlong(_ field: String, bytes: Int, limit: Int) -> FieldProblem {
        FieldProblem(
            field: field,
            before: "Overlong field: ",
            after: " has \(bytes) bytes, at most \(limit) are allowed"
        )
    }

    static func unknown(_ field: String, _ value: ByteText) -> FieldProblem {
        FieldProblem(field: field, before: "Unknown ", after: ": \(value)")
    }
}

/// Reading of one field, with words for what is wrong with it.
extension windsock_value {
    var isMissing: Bool { type == WINDSOCK_ABSENT || type == WINDSOCK_NULL }

    /// Where the parser has it: valid until it reads the next message.
    var text: ByteText? {
        guard type == WINDSOCK_STRING, let bytes else { return nil }
        return ByteText(lending: UnsafeRawBufferPointer(start: bytes, count: length))
    }

    private var integerOrNil: Int64? { type == WINDSOCK_INTEGER ? integer : nil }

    /// A sequence number, where 0 and less mean that there is none.
    var positiveInteger: Int64? { integerOrNil.flatMap { $0 > 0 ? $0 : nil } }

    /// A date, in microseconds since the Unix epoch; nil when it is missing or none.
    var dateMicroseconds: Int64? { text.flatMap { RFC3339.microseconds($0.bytes) } }

    func text(_ name: String, atMost limit: Int) throws(FieldProblem) -> ByteText {
        guard length <= limit else { throw .overlong(name, bytes: length, limit: limit) }
        guard let text else { throw problem(name, wanted: "a string") }
        return text
    }

    func requiredInteger(_ name: String) throws(FieldProblem) -> Int64 {
        guard let integerOrNil else { throw problem(name, wanted: "a 64-bit integer") }
        return integerOrNil
    }

    func requiredDate(_ name: String) throws(FieldProblem) -> Int64 {
        guard let dateMicroseconds else { throw problem(name, wanted: "a date (RFC 3339)") }
        return dateMicroseconds
    }

    func requiredBoolean(_ name: String) throws(FieldProblem) -> Bool {
        guard type == WINDSOCK_BOOLEAN else { throw problem(name, wanted: "true or false") }
        return integer != 0
    }

    func requireObject(_ name: String) throws(FieldProblem) {
        guard type == WINDSOCK_OBJECT else { throw problem(name, wanted: "an object") }
    }

    private func problem(_ name: String, wanted: String) -> FieldProblem {
        isMissing ? .missing(name) : .wrong(name, wanted: wanted)
    }
}
