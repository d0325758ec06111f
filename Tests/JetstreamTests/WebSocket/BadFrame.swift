import TestSupport
import Testing

@testable import Jetstream

/// Bytes that a server must not send, and what is to be made of them.
struct BadFrame: Sendable, CustomTestStringConvertible {
    let name: String
    let bytes: [UInt8]
    let error: WebSocketError
    let closeCode: UInt16

    var testDescription: String { name }

    private init(_ name: String, _ bytes: [UInt8], violation reason: String) {
        self.init(name, bytes, .protocolViolation(closeCode: 1002, reason: reason), 1002)
    }

    private init(_ name: String, _ bytes: [UInt8], _ error: WebSocketError, _ closeCode: UInt16) {
        self.name = name
        self.bytes = bytes
        self.error = error
        self.closeCode = closeCode
    }

    /// The longest message in these tests.
    static let maximumMessageBytes = 1 << 20

    static let all = headers + sequences + closes + texts + sizes

    private static let headers: [BadFrame] =
        [4, 2, 1].map {
            BadFrame(
                "reserved bit \($0)",
                ServerFrame.bytes(1, [0x61], reserved: $0),
                violation: "a reserved bit is set, and no extension was agreed"
            )
        }
        + ([3, 4, 5, 6, 7, 11, 12, 13, 14, 15] as [UInt8]).map {
            BadFrame("opcode \($0)", ServerFrame.bytes($0), violation: "the opcode \($0) is reserved")
        }
        + [
            BadFrame(
                "masked",
                ServerFrame.bytes(1, [0x61], mask: [1, 2, 3, 4]),
                violation: "a frame from the server is masked"
            ),
            BadFrame(
                "fragmented ping",
                ServerFrame.bytes(9, [0x61], isFinal: false),
                violation: "a control frame is fragmented"
            ),
            BadFrame(
                "fragmented close",
                ServerFrame.bytes(8, isFinal: false),
                violation: "a control frame is fragmented"
            ),
            BadFrame(
                "ping of 126 bytes",
                ServerFrame.bytes(9, Array(repeating: 0, count: 126)),
                violation: "a control frame is longer than 125 bytes"
            ),
            BadFrame(
                "long close",
                ServerFrame.close(1000, Array(repeating: 0x61, count: 124)),
                violation: "a control frame is longer than 125 bytes"
            ),
            BadFrame(
                "length with its highest bit",
                ServerFrame.bytes(2, announcedBytes: 1 << 63),
                violation: "the highest bit of a length is set"
            ),
            BadFrame(
                "5 as 16 bits",
                ServerFrame.bytes(1, Array("hello".utf8), form: .sixteenBits),
                violation: "the length 5 is not in its shortest form"
            ),
            BadFrame(
                "5 as 64 bits",
                ServerFrame.bytes(1, Array("hello".utf8), form: .sixtyFourBits),
                violation: "the length 5 is not in its shortest form"
            ),
            BadFrame(
                "65535 as 64 bits",
                ServerFrame.bytes(1, announcedBytes: 65_535, form: .sixtyFourBits),
                violation: "the length 65535 is not in its shortest form"
            ),
        ]

    private static let sequences = [
        BadFrame(
            "continuation of nothing",
            ServerFrame.bytes(0, [0x61]),
            violation: "a continuation frame continues nothing"
        ),
        BadFrame(
            "continuation after the end",
            ServerFrame.bytes(2, isFinal: false) + ServerFrame.bytes(0) + ServerFrame.bytes(0),
            violation: "a continuation frame continues nothing"
        ),
        BadFrame(
            "continuation announced with 2^62",
            ServerFrame.bytes(2, isFinal: false) + ServerFrame.bytes(9) + ServerFrame.bytes(0, announcedBytes: 1 << 62),
            .messageTooBig(bytes: 1 << 62),
            1009
        ),
        BadFrame(
            "text inside a message",
            ServerFrame.bytes(1, [0x61], isFinal: false) + ServerFrame.text("b"),
            violation: "a new message begins inside a fragmented one"
        ),
        BadFrame(
            "endless empty fragments",
            ServerFrame.bytes(1, isFinal: false)
                + Array(repeatElement(ServerFrame.bytes(0, isFinal: false), count: 2000).joined()),
            .protocolViolation(closeCode: 1008, reason: "a message has more than 1024 fragments"),
            1008
        ),
    ]

    private static let closes: [BadFrame] =
        [
            BadFrame(
                "close of 1 byte",
                ServerFrame.bytes(8, [3]),
                violation: "a close frame holds half a status code"
            ),
            BadFrame(
                "close with a reason that is not UTF-8",
                ServerFrame.close(1000, [0xFF, 0xFE]),
                .invalidUTF8,
                1007
            ),
        ]
        + ([0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65_535] as [UInt16]).map {
            BadFrame(
                "close code \($0)",
                ServerFrame.close($0),
                violation: "a close frame holds the status code \($0), which is never sent"
            )
        }

    private static let texts = [
        BadFrame("overlong", ServerFrame.bytes(1, [0xC0, 0xAF]), .invalidUTF8, 1007),
        BadFrame("surrogate", ServerFrame.bytes(1, [0xCE, 0xBA, 0xED, 0xA0, 0x80]), .invalidUTF8, 1007),
        BadFrame("truncated character", ServerFrame.bytes(1, [0x61, 0xE2, 0x82]), .invalidUTF8, 1007),
        BadFrame(
            "above U+10FFFF, split over fragments",
            ServerFrame.bytes(1, [0xF4], isFinal: false) + ServerFrame.bytes(0, [0x90, 0x80, 0x80]),
            .invalidUTF8,
            1007
        ),
    ]

    private static let sizes = [
        BadFrame(
            "announced 2^62",
            ServerFrame.bytes(2, announcedBytes: 1 << 62),
            .messageTooBig(bytes: 1 << 62),
            1009
        ),
        BadFrame(
            "one byte over the limit",
            ServerFrame.bytes(1, announcedBytes: UInt64(maximumMessageBytes + 1)),
            .messageTooBig(bytes: maximumMessageBytes + 1),
            1009
        ),
        BadFrame(
            "fragments over the limit",
            ServerFrame.bytes(2, Array(repeating: 0, count: maximumMessageBytes), isFinal: false)
                + ServerFrame.bytes(0, [0], isFinal: false),
            .messageTooBig(bytes: maximumMessageBytes + 1),
            1009
        ),
    ]
}
