import NIOCore

/// What the second wire, `network.bsky.jetstream.subscribeEvents`, says, made from the events of the first.
///
/// An envelope with its keys in the order of the real server: sorted, and `$type` first.
enum SecondWireText {
    static let name = "network.bsky.jetstream.subscribeEvents"

    /// Appends an event as the second wire carries it.
    ///
    /// Records and numbers are copied byte for byte.
    ///
    /// - Parameters:
    ///   - event: the event of the first wire.
    ///   - sequence: its `seq`.
    ///   - timeMicroseconds: microseconds since the Unix epoch.
    ///   - text: where the event goes.
    /// - Returns: false, and nothing is appended, if it is no event that the second wire knows.
    static func append(
        _ event: UnsafeBufferPointer<UInt8>,
        sequence: Int64,
        timeMicroseconds: Int64,
        to text: inout ByteBuffer
    ) -> Bool {
        guard let members = EventScanner.members(of: event, in: 0..<event.count),
            let kind = kind(of: members, in: event),
            let body = members.last(where: { $0.key == kind.rawValue })?.value,
            let inner = EventScanner.members(of: event, in: body)
        else { return false }
        text.writeString("{\"$type\":\"message\",\"payload\":{\"$type\":\"\(name)#\(kind.rawValue)\"")
        let did = members.last { $0.key == "did" }
        var fields = kind == .commit ? inner : []
        fields += did.map { [$0] } ?? []
        fields.sort { $0.key < $1.key }
        // Of the other kinds, the body is one field more; `account` is the only one that comes before `did`.
        if kind == .account {
            append(kind.rawValue, inner, of: event, to: &text)
        }
        for field in fields {
            append(field, of: event, to: &text)
        }
        if kind == .identity {
            append(kind.rawValue, inner, of: event, to: &text)
        }
        text.writeString(",\"seq\":\(sequence)")
        if kind == .sync {
            append(kind.rawValue, inner, of: event, to: &text)
        }
        text.writeString(",\"time\":\"\(Timestamp.preciseString(microseconds: timeMicroseconds))\"}}")
        return true
    }

    /// The first frame for a client whose cursor was too old and was moved to the oldest event.
    static let outdatedCursor = """
        {"$type":"message","payload":{"$type":"\(name)#info","message":"requested cursor is older than the look-back \
        window; starting at the oldest event","name":"OutdatedCursor"}}
        """

    /// The last frame before the server ends a connection.
    static func error(_ name: String, message: String) -> String {
        var text = "{\"$type\":\"error\",\"error\":"
        JSONText.append(name, to: &text)
        text += ",\"message\":"
        JSONText.append(message, to: &text)
        return text + "}"
    }

    private static func kind(
        of members: [(key: String, value: Range<Int>)],
        in event: UnsafeBufferPointer<UInt8>
    ) -> GeneratedEvent.Kind? {
        guard let value = members.last(where: { $0.key == "kind" })?.value, value.count > 2 else { return nil }
        let quoted = String(decoding: UnsafeBufferPointer(rebasing: event[value]), as: UTF8.self)
        return GeneratedEvent.Kind(rawValue: String(quoted.dropFirst().dropLast()))
    }

    private static func append(
        _ key: String,
        _ members: [(key: String, value: Range<Int>)],
        of event: UnsafeBufferPointer<UInt8>,
        to text: inout ByteBuffer
    ) {
        text.writeString(",\"\(key)\":")
        var separator = "{\""
        for member in members.sorted(by: { $0.key < $1.key }) {
            text.writeString("\(separator)\(member.key)\":")
            text.writeBytes(UnsafeBufferPointer(rebasing: event[member.value]))
            separator = ",\""
        }
        text.writeString(members.isEmpty ? "{}" : "}")
    }

    private static func append(
        _ field: (key: String, value: Range<Int>),
        of event: UnsafeBufferPointer<UInt8>,
        to text: inout ByteBuffer
    ) {
        text.writeString(",\"\(field.key)\":")
        text.writeBytes(UnsafeBufferPointer(rebasing: event[field.value]))
    }
}
