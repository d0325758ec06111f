package import NIOCore
package import NIOWebSocket

/// Puts the fragments of text messages together.
package struct MessageAssembler: Sendable {
    private var fragments: ByteBuffer?

    package init() {}

    /// The message that the frame completes; nil for fragments, binary messages and control frames.
    package mutating func message(completedBy frame: WebSocketFrame) -> ByteBuffer? {
        switch frame.opcode {
        case .text:
            fragments = frame.unmaskedData
        case .continuation:
            var more = frame.unmaskedData
            fragments?.writeBuffer(&more)
        case .binary:
            fragments = nil
        default:
            return nil
        }
        guard frame.fin, let message = fragments else { return nil }
        fragments = nil
        return message
    }
}
