/// Turns the bytes that a server sends after its handshake into messages and control frames (RFC 6455 section 5).
///
/// A pure value: it reads no clock and no socket, takes pieces of any size, and never traps on what they hold. An
/// unfragmented frame that lies whole in one piece, which nearly all do, is handed out without being copied.
struct FrameDecoder: ~Copyable {
    /// What the stream holds next; pointers are valid until the decoder is called again or the piece is gone.
    enum Event {
        case message(WebSocketMessage)
        case ping(UnsafeRawBufferPointer)
        case pong(UnsafeRawBufferPointer)
        /// The last event: what follows a close frame is ignored.
        ///
        /// `code` is nil when the frame was empty.
        case close(code: UInt16?, reason: String)
    }

    /// The most fragments of one message: a bound on messages that never end without growing.
    static let maximumFragments = 1024

    /// The number of complete frames so far, control frames and fragments included.
    private(set) var frameCount = 0

    private let maximumMessageBytes: Int
    private var headerBytes = AssemblyBuffer()
    private var controlPayload = AssemblyBuffer()
    private var assembly = AssemblyBuffer()
    /// The frame whose payload is awaited, and how much of it is still to come.
    private var frame: (header: FrameHeader, missingBytes: Int)?
    /// The message that has begun and whose last fragment is still to come.
    private var fragmented: (isText: Bool, fragments: Int)?
    private var isFinished = false

    /// - Parameter maximumMessageBytes: a message that is longer, all its fragments together, is refused as soon as a
    ///   header announces it.
    init(maximumMessageBytes: Int) {
        self.maximumMessageBytes = maximumMessageBytes
    }

    /// How much memory the decoder holds for messages that came in pieces.
    var bufferedCapacity: Int { assembly.capacity }

    /// Takes bytes from the front of `rest` until something is complete.
    ///
    /// - Parameter rest: what arrived; afterwards what has not been looked at yet.
    /// - Returns: the next event, or nil when `rest` is used up.
    /// - Throws: `protocolViolation`, `messageTooBig` or `invalidUTF8`; the decoder is not to be used any more.
    mutating func next(in rest: inout UnsafeRawBufferPointer) throws(WebSocketError) -> Event? {
        discardHandedOut()
        while !isFinished {
            if frame == nil {
                guard let header = try readHeader(&rest) else { return nil }
                try checkSequence(header)
                frame = (header, header.payloadBytes)
            }
            guard let (header, payload) = takePayload(&rest) else { return nil }
            frameCount += 1
            if let event = try complete(header, payload) { return event }
        }
        rest = UnsafeRawBufferPointer(rebasing: rest[rest.endIndex...])
        return nil
    }

    /// Drops what the last event pointed to.
    private mutating func discardHandedOut() {
        if frame == nil {
            controlPayload.removeAll()
            if fragmented == nil {
                assembly.removeAll()
            }
        }
    }

    private mutating func readHeader(_ rest: inout UnsafeRawBufferPointer) throws(WebSocketError) -> FrameHeader? {
        if headerBytes.count == 0, let (header, byteCount) = try FrameHeader.parse(rest) {
            _ = Self.take(byteCount, from: &rest)
            return header
        }
        // The header is split between pieces: it is short, so it is gathered byte by byte.
        while !rest.isEmpty {
            headerBytes.append(Self.take(1, from: &rest))
            if let (header, _) = try FrameHeader.parse(headerBytes.bytes) {
                headerBytes.removeAll()
                return header
            }
        }
        return nil
    }

    /// Checks what only the frames before it can tell: order of fragments, and the size of the whole message.
    private mutating func checkSequence(_ header: FrameHeader) throws(WebSocketError) {
        guard !header.opcode.isControl else { return }
        switch (header.opcode, fragmented) {
        case (.continuation, nil):
            throw Self.violation("a continuation frame continues nothing")
        case (.continuation, let message?):
            guard message.fragments < Self.maximumFragments else {
                throw .protocolViolation(
                    closeCode: CloseCode.policyViolation,
                    reason: "a message has more than \(Self.maximumFragments) fragments"
                )
            }
            fragmented = (message.isText, message.fragments + 1)
        case (_, .some):
            throw Self.violation("a new message begins inside a fragmented one")
        case (let opcode, nil):
            fragmented = header.isFinal ? nil : (opcode == .text, 1)
        }
        // Not as a sum, which an announced length near 2^63 would overflow.
        guard header.payloadBytes <= maximumMessageBytes - assembly.count else {
            let (total, overflows) = assembly.count.addingReportingOverflow(header.payloadBytes)
            throw .messageTooBig(bytes: overflows ? .max : total)
        }
    }

    /// The whole payload of the frame in hand, or nil when more bytes are needed.
    ///
    /// For fragments, and for data frames that are split between pieces, that is everything assembled so far.
    private mutating func takePayload(
        _ rest: inout UnsafeRawBufferPointer
    ) -> (header: FrameHeader, payload: UnsafeRawBufferPointer)? {
        guard let (header, missingBytes) = frame else { return nil }
        let part = Self.take(min(missingBytes, rest.count), from: &rest)
        let isWhole = part.count == header.payloadBytes
        let isComplete = part.count == missingBytes
        frame = isComplete ? nil : (header, missingBytes - part.count)
        if header.opcode.isControl {
            if isWhole { return (header, part) }
            controlPayload.append(part)
            return isComplete ? (header, controlPayload.bytes) : nil
        }
        if isWhole, header.isFinal, header.opcode != .continuation { return (header, part) }
        assembly.append(part)
        return isComplete ? (header, assembly.bytes) : nil
    }

    private mutating func complete(
        _ header: FrameHeader,
        _ payload: UnsafeRawBufferPointer
    ) throws(WebSocketError) -> Event? {
        switch header.opcode {
        case .ping: return .ping(payload)
        case .pong: return .pong(payload)
        case .close:
            isFinished = true
            return try Self.parseClose(payload)
        case .text, .binary, .continuation:
            guard header.isFinal else { return nil }
            let isText = fragmented?.isText ?? (header.opcode == .text)
            fragmented = nil
            guard !isText || payload.isUTF8 else { throw .invalidUTF8 }
            return .message(WebSocketMessage(isText: isText, bytes: payload))
        }
    }

    private static func parseClose(_ payload: UnsafeRawBufferPointer) throws(WebSocketError) -> Event {
        guard !payload.isEmpty else { return .close(code: nil, reason: "") }
        guard payload.count >= 2 else {
            throw violation("a close frame holds half a status code")
        }
        let code = UInt16(payload[0]) << 8 | UInt16(payload[1])
        guard CloseCode.mayBeSent(code) else {
            throw violation("a close frame holds the status code \(code), which is never sent")
        }
        let reason = UnsafeRawBufferPointer(rebasing: payload[2...])
        guard reason.isUTF8 else { throw .invalidUTF8 }
        return .close(code: code, reason: String(decoding: reason, as: UTF8.self))
    }

    private static func take(_ count: Int, from rest: inout UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        let taken = UnsafeRawBufferPointer(rebasing: rest[..<count])
        rest = UnsafeRawBufferPointer(rebasing: rest[count...])
        return taken
    }

    private static func violation(_ reason: String) -> WebSocketError {
        .protocolViolation(closeCode: CloseCode.protocolError, reason: reason)
    }
}
