import TestSupport
import Testing

/// What a server may do once it has agreed to the upgrade.
extension HostileBehaviour {
    static let frames = headers + closes + messages + sizes + floods

    private static let headers = [
        HostileBehaviour("frame-masked", .violation(1002), ServerFrame.bytes(1, [0x61], mask: [1, 2, 3, 4])),
        HostileBehaviour("reserved-bit-1", .violation(1002), ServerFrame.bytes(1, [0x61], reserved: 4)),
        HostileBehaviour("reserved-bit-3", .violation(1002), ServerFrame.bytes(2, [0x61], reserved: 1)),
        HostileBehaviour("opcode-3", .violation(1002), ServerFrame.bytes(3, [0x61])),
        HostileBehaviour("opcode-11", .violation(1002), ServerFrame.bytes(11)),
        HostileBehaviour("ping-fragmented", .violation(1002), ServerFrame.bytes(9, [0x61], isFinal: false)),
        HostileBehaviour("ping-126-bytes", .violation(1002), ServerFrame.bytes(9, Array(repeating: 0x61, count: 126))),
    ]

    private static let closes = [
        HostileBehaviour(
            "close-126-bytes",
            .violation(1002),
            ServerFrame.close(1000, Array(repeating: 0x61, count: 124))
        ),
        HostileBehaviour("close-1-byte", .violation(1002), ServerFrame.bytes(8, [3])),
        HostileBehaviour("close-1005", .violation(1002), ServerFrame.close(1005)),
        HostileBehaviour("close-999", .violation(1002), ServerFrame.close(999)),
        HostileBehaviour("close-reason-no-utf8", .badText, ServerFrame.close(1000, [0xFF, 0xFE])),
        HostileBehaviour("close-1000", .closedByServer(1000), ServerFrame.close(1000)),
        HostileBehaviour("close-empty", .closedByServer(nil), ServerFrame.bytes(8)),
        HostileBehaviour("data-after-close", .closedByServer(1000), ServerFrame.close(1000) + ServerFrame.text("late")),
        HostileBehaviour("close-without-end", .closedByServer(1001), ServerFrame.close(1001)).keepingOpen(),
    ]

    private static let messages = [
        HostileBehaviour("continuation-first", .violation(1002), ServerFrame.bytes(0, [0x61])),
        HostileBehaviour(
            "text-inside-message",
            .violation(1002),
            ServerFrame.bytes(1, [0x61], isFinal: false) + ServerFrame.text("b")
        ),
        HostileBehaviour("text-no-utf8", .badText, ServerFrame.bytes(1, [0xCE, 0xBA, 0xED, 0xA0, 0x80])),
        HostileBehaviour(
            "text-no-utf8-fragmented",
            .badText,
            ServerFrame.bytes(1, [0xF4], isFinal: false) + ServerFrame.bytes(0, [0x90, 0x80, 0x80])
        ),
    ]

    private static let sizes = [
        HostileBehaviour("length-2^63", .violation(1002), ServerFrame.bytes(2, [0], announcedBytes: 1 << 63)),
        HostileBehaviour("length-2^62", .tooBig, ServerFrame.bytes(2, [0], announcedBytes: 1 << 62)),
        HostileBehaviour("length-not-shortest", .violation(1002), ServerFrame.bytes(1, [0x61], form: .sixtyFourBits)),
        HostileBehaviour("frame-truncated", .lost) { peer in
            try peer.write(ServerFrame.bytes(2, Array(repeating: 0x61, count: 10), announcedBytes: 1000))
            peer.finishWriting()
        },
    ]

    private static let floods = [
        HostileBehaviour("fragments-endless", .tooBig) { peer in
            try peer.write(ServerFrame.bytes(2, isFinal: false))
            try peer.writeWithoutEnd(ServerFrame.bytes(0, Array(repeating: 0, count: 65_536), isFinal: false))
        },
        HostileBehaviour("fragments-empty-endless", .violation(1008)) { peer in
            try peer.write(ServerFrame.bytes(1, isFinal: false))
            let fragments = repeatElement(ServerFrame.bytes(0, isFinal: false), count: 1000)
            try peer.writeWithoutEnd(Array(fragments.joined()))
        },
        HostileBehaviour("ping-flood", .closedByServer(1000)) { peer in
            let pings = repeatElement(ServerFrame.bytes(9, Array(repeating: 0x70, count: 125)), count: pingsOfFlood)
            try peer.write(Array(pings.joined()) + ServerFrame.close(1000))
        },
    ]

    /// More than what both sockets hold, as pings and as pongs.
    static let pingsOfFlood = 20_000
}

/// What only the reader as a whole can meet: a server that is still, and messages that are none.
struct ReaderBehaviour: Sendable, CustomTestStringConvertible {
    let name: String
    /// The codes of the close frames that the server has to see.
    let closeCodes: [UInt16?]
    /// Words from why the connection ended.
    let words: String
    /// How many messages have to be counted as not readable.
    let unreadable: Int
    let script: @Sendable (RawPeer) throws -> Void

    var testDescription: String { name }

    private static func still(
        _ name: String,
        script: @escaping @Sendable (RawPeer) throws -> Void
    ) -> ReaderBehaviour {
        ReaderBehaviour(name: name, closeCodes: [1001], words: "no frame for too long", unreadable: 0, script: script)
    }

    private static func bad(_ name: String, _ messages: [[UInt8]]) -> ReaderBehaviour {
        ReaderBehaviour(
            name: name,
            closeCodes: [1000],
            words: "the server closed the connection (1000)",
            unreadable: messages.count
        ) { try $0.write(Array(messages.joined()) + ServerFrame.close(1000)) }
    }

    static let all = [
        still("idle") { _ in },
        still("frame-trickled") { peer in
            let frame = ServerFrame.bytes(1, announcedBytes: 60_000)
            try peer.trickle(frame + Array(repeating: 0x61, count: 900), pauseMilliseconds: 20)
        },
        bad("json-no-object", [ServerFrame.text("[1,2"), ServerFrame.text(#"{"did":1,"time_us":"x"}"#)]),
        bad("json-deep", [ServerFrame.text(String(repeating: "[", count: 200_000))]),
        bad("binary-unasked", [ServerFrame.bytes(2, Array(0..<64))]),
        bad("zstd-bomb", [ServerFrame.bytes(2, zstdBomb)]),
    ]

    /// 8 KiB that a decoder of zstd (RFC 8878) turns into 256 MiB: a window of 128 KiB, and blocks that repeat one byte.
    private static let zstdBomb: [UInt8] = {
        let header: [UInt8] = [0x28, 0xB5, 0x2F, 0xFD, 0x00, 0x38]
        let blocks = (1...2048).map { number -> [UInt8] in
            let block = UInt32(131_072) << 3 | 1 << 1 | (number == 2048 ? 1 : 0)
            return [0, 8, 16].map { UInt8(truncatingIfNeeded: block >> $0) } + [0]
        }
        return header + Array(blocks.joined())
    }()
}
