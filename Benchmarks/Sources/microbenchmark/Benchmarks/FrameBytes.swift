/// What a server sends: a text message in one frame each, not masked (RFC 6455 section 5.2).
enum FrameBytes {
    private static let finalText: UInt8 = 0x81

    static func stream(of messages: some Sequence<UnsafeRawBufferPointer>) -> [UInt8] {
        var stream: [UInt8] = []
        for message in messages {
            stream.append(finalText)
            switch message.count {
            case ...125: stream.append(UInt8(message.count))
            case ...65_535: stream += [126, UInt8(message.count >> 8), UInt8(message.count & 0xFF)]
            default: stream += [127] + (0..<8).map { UInt8(truncatingIfNeeded: message.count >> (56 - 8 * $0)) }
            }
            stream.append(contentsOf: message)
        }
        return stream
    }
}
