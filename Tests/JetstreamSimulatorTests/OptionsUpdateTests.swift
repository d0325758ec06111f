import TestSupport
import Testing

@testable import JetstreamSimulator

struct OptionsUpdateTests {
    private static let lines = ["app.bsky.feed.post", "app.bsky.feed.like", "app.bsky.graph.follow"].enumerated().map {
        """
        {"did":"did:plc:\($0.offset)abc","time_us":\(1_780_000_000_000_000 + $0.offset),"kind":"commit","commit":\
        {"collection":"\($0.element)"}}
        """
    }

    private static func update(_ payload: String) -> String {
        "{\"type\":\"options_update\",\"payload\":{\(payload)}}"
    }

    @Test(arguments: [
        ("", [0, 1, 2]), ("\"wantedCollections\":[\"app.bsky.feed.*\"]", [0, 1]),
        ("\"wantedDids\":[\"did:plc:2abc\"],\"wantedCollections\":[]", [2]), ("\"maxMessageSizeBytes\":10", []),
    ])
    func `sends nothing before the hello, and then from the cursor on`(payload: String, expected: [Int]) async throws {
        try await withServer(configured(.lines(Self.lines))) { server in
            try await withTestDeadline("the stream after the hello") {
                try await NIOTestClient.withSession(
                    server.url + "?cursor=0&requireHello=true&wantedDids=did:plc:nobody"
                ) { session in
                    try await session.sendPing("first")
                    try await session.sendText("{\"type\":\"other\"}")
                    try await session.sendText(Self.update(payload))
                    while try await session.next() != nil {}
                    #expect(session.pongs == ["first"])
                    #expect(session.transcript.texts == expected.map { Self.lines[$0] })
                    #expect(session.transcript.end == .closed(code: 1_000, reason: "the stream ended"))
                }
            }
            #expect(server.statistics().optionsUpdates == [Self.update(payload)])
        }
    }

    @Test func `replaces all filters while the stream goes on`() async throws {
        try await withServer(configured(.lines([])) { $0.closesAtEnd = false }) { server in
            try await withTestDeadline("the wanted events") {
                try await NIOTestClient.withSession(server.url + "?wantedCollections=app.bsky.feed.post") { session in
                    try await waitUntil("it is let in") { server.statistics().connectionsOpen == 1 }
                    server.append(Self.lines)
                    let before = try await session.next()
                    #expect(before?.text == Self.lines[0])
                    try await session.sendText(Self.update("\"wantedDids\":[\"did:plc:2abc\"]"))
                    try await waitUntil("it is taken") { server.statistics().optionsUpdates.count == 1 }
                    server.append(Self.lines)
                    let after = try await session.next()
                    #expect(after?.text == Self.lines[2])
                }
            }
        }
    }

    @Test(arguments: [
        ("hello", 1_007, "bad SubscriberSourcedMessage envelope"),
        ("[]", 1_007, "bad SubscriberSourcedMessage envelope"),
        ("{\"type\":\"options_update\",\"payload\":5}", 1_007, "bad options_update payload"),
        (update("\"wantedDids\":\"did:plc:abc\""), 1_007, "bad options_update payload"),
        (update("\"wantedDids\":[\"alice\"]"), 1_008, "subscribe: invalid DID: \"alice\""),
        (update("\"wantedCollections\":[\"app.*x\"]"), 1_008, "subscribe: invalid collection: \"app.*x\""),
        (
            update("\"wantedCollections\":[\"\(String(repeating: "é", count: 100))\"]"), 1_008,
            "subscribe: invalid collection: \"" + String(repeating: "é", count: 45)
        ),
    ])
    func `closes on an update that is wrong`(message: String, code: Int, reason: String) async throws {
        try await expectClose(after: message, code: code, reason: reason) { _ in }
    }

    @Test func `closes with 1009 on a message that is too big`() async throws {
        let request = """
            GET /subscribe HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
            Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n
            """
        // The header of a masked text frame is enough to refuse it.
        let header: [UInt8] = [0x81, 0xFF] + Self.bigEndian(UInt64(ClientMessages.mostBytes + 1)) + [1, 2, 3, 4]
        try await withServer(configured(.lines([])) { $0.closesAtEnd = false }) { server in
            let answer = try await NIORawClient.bytes(port: server.port, Array(request.utf8) + header)
            #expect(answer.suffix(4) == [0x88, 2, 0x03, 0xF1])
        }
    }

    private static func bigEndian(_ number: UInt64) -> [UInt8] {
        stride(from: 56, through: 0, by: -8).map { UInt8(truncatingIfNeeded: number >> UInt64($0)) }
    }

    @Test func `refuses good updates when told to`() async throws {
        try await expectClose(after: Self.update(""), code: 1_008, reason: "options updates are refused") {
            $0.optionsRefusalCode = 1_008
        }
    }

    private func expectClose(
        after message: String,
        code: Int,
        reason: String,
        _ change: (inout SimulatorConfiguration) -> Void
    ) async throws {
        let configuration = configured(.lines([])) {
            $0.closesAtEnd = false
            change(&$0)
        }
        try await withServer(configuration) { server in
            try await withTestDeadline("the close") {
                try await NIOTestClient.withSession(server.url) { session in
                    try await session.sendText(message)
                    let answer = try await session.next()
                    #expect(answer == nil)
                    #expect(session.transcript.end == .closed(code: code, reason: reason))
                }
            }
            #expect(server.statistics().optionsUpdates.isEmpty)
        }
    }
}
