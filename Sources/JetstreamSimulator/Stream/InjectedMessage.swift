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
        /// An event that breaks off in its middle.
        case brokenJSON = "broken-json"
        /// An event that does not say whose it is, nor when.
        case missingFields = "missing-fields"
        /// An event whose fields hold values of other types.
        case wrongTypes = "wrong-types"
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

    /// The message as a wire carries it, before any compression.
    static func payload(_ kind: Kind, on wire: Wire) -> [UInt8] {
        switch kind {
        case .oversize:
            Array(("\"" + String(repeating: "x", count: oversizeBytes - 2) + "\"").utf8)
        case .badUTF8:
            Array("{\"did\":\"".utf8) + [0xFF, 0xC0, 0x80] + Array("\"}".utf8)
        case .badFrame:
            Array("{\"reserved\":\"bit\"}".utf8)
        case .garbage:
            Array("this is {not JSON".utf8)
        case .brokenJSON:
            Array(text(on: wire, commit: "\"rev\":\"3mptbyplu").utf8.dropLast(wire == .v1 ? 2 : 3))
        case .missingFields:
            Array((wire == .v1 ? "{\"kind\":\"commit\",\"commit\":{}}" : text(on: wire, commit: "\"seq\":1")).utf8)
        case .wrongTypes:
            Array(text(on: wire, commit: "\"rev\":1,\"operation\":true,\"collection\":[],\"rkey\":null").utf8)
        }
    }

    /// Whether a message is sent with a reserved bit set.
    static func setsReservedBit(_ kind: Kind) -> Bool { kind == .badFrame }

    /// An event with wrong fields.
    private static func text(on wire: Wire, commit: String) -> String {
        switch wire {
        case .v1:
            "{\"did\":5,\"time_us\":\"soon\",\"kind\":\"commit\",\"commit\":{\(commit)}}"
        case .v2:
            "{\"$type\":\"message\",\"payload\":{\"$type\":\"\(SecondWireText.name)#commit\",\(commit)}}"
        }
    }
}
