import Glibc

/// Text as a run of UTF-8 bytes that lie somewhere else, mostly in the batch that brought them.
///
/// Between the socket and the statement a text is only compared and bound. As a `String` each would be allocated and
/// checked once more, and copied again when it is bound (docs/PERFORMANCE.md).
///
/// It keeps nothing alive: a text from a ``TextArena`` is valid as long as the arena, a literal always. Any thread may read
/// it (hence `Sendable`), since the bytes never change.
package struct ByteText: @unchecked Sendable {
    /// The bytes, well-formed UTF-8; valid as long as the text is.
    package let bytes: UnsafeRawBufferPointer

    /// Lends bytes; they are well-formed UTF-8 and stay where they are as long as the text is used.
    package init(lending bytes: UnsafeRawBufferPointer) {
        self.bytes = bytes
    }

    package var isEmpty: Bool { bytes.isEmpty }
}

extension ByteText: Hashable {
    package static func == (left: ByteText, right: ByteText) -> Bool {
        left.bytes.count == right.bytes.count && order(left, right) == 0
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(bytes: bytes)
    }
}

extension ByteText: Comparable {
    /// By the bytes' values, which for UTF-8 is the order of the code points and SQLite's own (BINARY).
    package static func < (left: ByteText, right: ByteText) -> Bool {
        let order = order(left, right)
        return order == 0 ? left.bytes.count < right.bytes.count : order < 0
    }

    /// What `memcmp` says of the bytes that both have.
    private static func order(_ left: ByteText, _ right: ByteText) -> CInt {
        guard let leftStart = left.bytes.baseAddress, let rightStart = right.bytes.baseAddress else { return 0 }
        return memcmp(leftStart, rightStart, min(left.bytes.count, right.bytes.count))
    }
}

extension ByteText: ExpressibleByStringLiteral {
    /// Points to the literal itself, which lives as long as the program.
    package init(stringLiteral literal: StaticString) {
        precondition(literal.hasPointerRepresentation, "a literal of a single character is still one of bytes")
        self.init(lending: UnsafeRawBufferPointer(start: literal.utf8Start, count: literal.utf8CodeUnitCount))
    }
}

extension ByteText: CustomStringConvertible {
    package var description: String { String(self) }
}

extension String {
    package init(_ text: ByteText) {
        self.init(decoding: text.bytes, as: UTF8.self)
    }
}
