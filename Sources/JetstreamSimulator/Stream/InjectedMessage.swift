/// A message that no correct server sends, put into the stream to see what a client makes of it.
package struct InjectedMessage: Sendable, Equatable {
    /// What is wrong with the message.
    package enum Kind: String, Sendable, CaseIterable {
        /// One text frame of 5 MiB, above what a client should accept.
        case oversize
        /// A text frame that is not UTF-8.
        case badUTF8 = "bad-utf8"
        /// A frame with a reserved bit set, though no extension was negotiated.
        case badFrame = "bad-frame"
        /// Text that is no JSON.
        case garbage
    }

    /// The payload of an oversize message: above the 4 MiB that Windsock accepts, below what upsets a proxy.
    static let oversizeBytes = 5 * 1_048_576

    /// The index of the event before which it is sent.
    package let index: Int
    package let kind: Kind

    package init(index: Int, kind: Kind) {
        self.index = index
        self.kind = kind
    }

    /// The whole frame as it goes over the wire.
    var frame: [UInt8] {
        switch kind {
        case .oversize:
            let quoted = "\"" + String(repeating: "x", count: Self.oversizeBytes - 2) + "\""
            return FrameText.header(payloadBytes: Self.oversizeBytes) + Array(quoted.utf8)
        case .badUTF8:
            let payload = Array("{\"did\":\"".utf8) + [0xFF, 0xC0, 0x80] + Array("\"}".utf8)
            return FrameText.header(payloadBytes: payload.count) + payload
        case .badFrame:
            let payload = Array("{\"reserved\":\"bit\"}".utf8)
            var header = FrameText.header(payloadBytes: payload.count)
            header[0] |= 0x40
            return header + payload
        case .garbage:
            let payload = Array("this is {not JSON".utf8)
            return FrameText.header(payloadBytes: payload.count) + payload
        }
    }
}
