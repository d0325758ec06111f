import CSimdjson

extension UnsafeRawBufferPointer {
    /// Whether the bytes are well-formed UTF-8 (RFC 3629); no bytes are.
    package var isUTF8: Bool {
        windsock_is_utf8(assumingMemoryBound(to: CChar.self).baseAddress, count)
    }
}
