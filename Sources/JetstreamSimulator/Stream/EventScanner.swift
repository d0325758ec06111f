/// Finds, in one pass over the bytes of an event, the fields that cursors and filters need.
///
/// It follows the structure of JSON but does not validate it: what it cannot follow to the end is unreadable.
struct EventScanner {
    struct Fields {
        var did: String?
        var timeMicroseconds: Int64?
        var sequence: Int64?
        var collection: String?
        /// Nil where the event names none, or one that there is not.
        var kind: GeneratedEvent.Kind?
    }

    private let bytes: UnsafeBufferPointer<UInt8>
    private var index = 0

    private init(_ bytes: UnsafeBufferPointer<UInt8>) {
        self.bytes = bytes
    }

    /// What was found, or nil if the bytes are not one JSON object.
    static func scan(_ bytes: UnsafeBufferPointer<UInt8>) -> Fields? {
        var scanner = EventScanner(bytes)
        var fields = Fields()
        guard scanner.object(isCommit: false, into: &fields) else { return nil }
        scanner.skipSpace()
        return scanner.index == bytes.count ? fields : nil
    }

    /// The members of an object as they stand, the values without the space around them; nil if it is not one object.
    ///
    /// - Parameters:
    ///   - bytes: all of a message.
    ///   - range: where the object is in it.
    /// - Returns: keys, and where in `bytes` their values are.
    static func members(
        of bytes: UnsafeBufferPointer<UInt8>,
        in range: Range<Int>
    ) -> [(key: String, value: Range<Int>)]? {
        var scanner = EventScanner(UnsafeBufferPointer(rebasing: bytes[range]))
        var members: [(key: String, value: Range<Int>)] = []
        scanner.skipSpace()
        guard scanner.take("{") else { return nil }
        scanner.skipSpace()
        guard !scanner.take("}") else { return [] }
        repeat {
            guard let key = scanner.string(), let value = scanner.value() else { return nil }
            members.append((key, value.lowerBound + range.lowerBound..<value.upperBound + range.lowerBound))
            scanner.skipSpace()
        } while scanner.take(",")
        return scanner.take("}") ? members : nil
    }

    /// Takes a colon and the value that follows it.
    private mutating func value() -> Range<Int>? {
        skipSpace()
        guard take(":") else { return nil }
        skipSpace()
        let start = index
        guard skipValue() else { return nil }
        var end = index
        while end > start, Self.isSpace(bytes[end - 1]) {
            end -= 1
        }
        return start..<end
    }

    private mutating func object(isCommit: Bool, into fields: inout Fields) -> Bool {
        skipSpace()
        guard take("{") else { return false }
        skipSpace()
        guard !take("}") else { return true }
        repeat {
            guard let key = string(), member(key, isCommit: isCommit, into: &fields) else { return false }
            skipSpace()
        } while take(",")
        return take("}")
    }

    private mutating func member(_ key: String, isCommit: Bool, into fields: inout Fields) -> Bool {
        skipSpace()
        guard take(":") else { return false }
        skipSpace()
        let start = index
        if key == "commit", !isCommit, peek == UInt8(ascii: "{") {
            return object(isCommit: true, into: &fields)
        }
        guard skipValue() else { return false }
        var value = bytes[start..<index]
        while let last = value.last, Self.isSpace(last) {
            value.removeLast()
        }
        switch key {
        case "did" where !isCommit: fields.did = Self.text(value)
        case "time_us" where !isCommit: fields.timeMicroseconds = Int64(String(decoding: value, as: UTF8.self))
        case "cursor" where !isCommit: fields.sequence = Int64(String(decoding: value, as: UTF8.self))
        case "kind" where !isCommit: fields.kind = Self.text(value).flatMap(GeneratedEvent.Kind.init(rawValue:))
        case "collection" where isCommit: fields.collection = Self.text(value)
        default: break
        }
        return true
    }

    /// The text of a quoted value; DIDs and collections hold no escapes.
    private static func text(_ value: Slice<UnsafeBufferPointer<UInt8>>) -> String? {
        guard value.first == UInt8(ascii: "\"") else { return nil }
        return String(decoding: value.dropFirst().dropLast(), as: UTF8.self)
    }

    private mutating func string() -> String? {
        skipSpace()
        let start = index
        guard skipString() else { return nil }
        return String(decoding: bytes[start + 1..<index - 1], as: UTF8.self)
    }

    private mutating func skipString() -> Bool {
        guard take("\"") else { return false }
        while index < bytes.count {
            let byte = bytes[index]
            index += byte == UInt8(ascii: "\\") ? 2 : 1
            guard byte != UInt8(ascii: "\"") else { return true }
        }
        return false
    }

    /// Skips a value; of nested ones it counts brackets, without looking which kind closes which.
    private mutating func skipValue() -> Bool {
        let start = index
        var depth = 0
        while let byte = peek {
            switch byte {
            case UInt8(ascii: "\""):
                guard skipString() else { return false }
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                depth += 1
                index += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"), UInt8(ascii: ","):
                guard depth > 0 else { return index > start }
                depth -= byte == UInt8(ascii: ",") ? 0 : 1
                index += 1
            default:
                index += 1
            }
        }
        return false
    }

    private var peek: UInt8? { index < bytes.count ? bytes[index] : nil }

    private mutating func take(_ expected: Unicode.Scalar) -> Bool {
        guard let byte = peek, UInt32(byte) == expected.value else { return false }
        index += 1
        return true
    }

    private mutating func skipSpace() {
        while let byte = peek, Self.isSpace(byte) {
            index += 1
        }
    }

    private static func isSpace(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D
    }
}
