import GRDBSQLite
import Texts

/// A value that can be bound to a parameter of a prepared statement.
///
/// GRDB has such a protocol too, but binds a `String` up to its first U+0000. Texts from the network may hold that
/// character, so statements here take only this protocol, whose texts are bound with their length.
protocol StatementArgument {
    /// Binds the value to the parameter at `index`, which counts from 1, and returns SQLite's result code.
    func bind(to statement: OpaquePointer, at index: CInt) -> CInt
}

/// `SQLITE_TRANSIENT`: the value is copied when it is bound.
///
/// SQLite's macro is a cast, which Swift cannot import.
private let transient = unsafeBitCast(-1, to: sqlite3_destructor_type.self)

extension String: StatementArgument {
    func bind(to statement: OpaquePointer, at index: CInt) -> CInt {
        var text = self
        return text.withUTF8 { bytes in
            guard let start = bytes.baseAddress else {
                return sqlite3_bind_text(statement, index, "", 0, transient)
            }
            return start.withMemoryRebound(to: CChar.self, capacity: bytes.count) { characters in
                sqlite3_bind_text64(
                    statement,
                    index,
                    characters,
                    UInt64(bytes.count),
                    transient,
                    UInt8(SQLITE_UTF8)
                )
            }
        }
    }
}

extension Int64: StatementArgument {
    func bind(to statement: OpaquePointer, at index: CInt) -> CInt {
        sqlite3_bind_int64(statement, index, self)
    }
}

extension Int: StatementArgument {
    func bind(to statement: OpaquePointer, at index: CInt) -> CInt {
        sqlite3_bind_int64(statement, index, Int64(self))
    }
}

extension Bool: StatementArgument {
    func bind(to statement: OpaquePointer, at index: CInt) -> CInt {
        sqlite3_bind_int64(statement, index, self ? 1 : 0)
    }
}

extension Optional: StatementArgument where Wrapped: StatementArgument {
    func bind(to statement: OpaquePointer, at index: CInt) -> CInt {
        switch self {
        case .some(let value): value.bind(to: statement, at: index)
        case .none: sqlite3_bind_null(statement, index)
        }
    }
}

/// Bound without a copy: the text must live until the statement has been stepped; ``BoundStatement`` clears it then.
extension ByteText: StatementArgument {
    func bind(to statement: OpaquePointer, at index: CInt) -> CInt {
        BorrowedBytes(bytes: bytes, isText: true).bind(to: statement, at: index)
    }
}

/// Bytes that are bound without a copy.
///
/// They must stay where they are until the statement has been stepped; ``BoundStatement`` clears the binding then.
struct BorrowedBytes: StatementArgument {
    let bytes: UnsafeRawBufferPointer

    /// Whether the bytes are UTF-8 and become a TEXT; otherwise they become a BLOB.
    let isText: Bool

    func bind(to statement: OpaquePointer, at index: CInt) -> CInt {
        let length = UInt64(bytes.count)
        guard let start = bytes.baseAddress else {
            return isText
                ? sqlite3_bind_text(statement, index, "", 0, transient)
                : sqlite3_bind_zeroblob(statement, index, 0)
        }
        guard isText else { return sqlite3_bind_blob64(statement, index, start, length, nil) }
        let characters = start.assumingMemoryBound(to: CChar.self)
        return sqlite3_bind_text64(statement, index, characters, length, nil, UInt8(SQLITE_UTF8))
    }
}
