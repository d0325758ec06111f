/// A complete message, whole whatever fragments it came in.
package struct WebSocketMessage {
    /// Whether it is text, and then well-formed UTF-8; otherwise binary.
    package let isText: Bool
    /// Its payload, valid only during the call that hands the message out.
    package let bytes: UnsafeRawBufferPointer
}
