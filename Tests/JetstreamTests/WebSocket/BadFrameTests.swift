import TestSupport
import Testing

@testable import Jetstream

@Suite struct BadFrameTests {
    @Test(arguments: BadFrame.all)
    func `finds the fault however the frame is cut`(bad: BadFrame) {
        let stream = ServerFrame.text("before") + bad.bytes
        let whole = DecodedFrames(stream, maximumMessageBytes: BadFrame.maximumMessageBytes)
        #expect(whole.events.first == .text("before"))
        #expect(whole.error == bad.error)
        var generator = SeededGenerator(seed: 1)
        let pieces = generator.pieces(of: stream, maximum: max(1, stream.count / 100))
        #expect(DecodedFrames(pieces: pieces, maximumMessageBytes: BadFrame.maximumMessageBytes).error == bad.error)
    }

    @Test(arguments: BadFrame.all)
    func `delivers what came before a fault, tells the server and drops the connection`(bad: BadFrame) throws {
        let server = try RawServer { peer in
            try peer.upgrade()
            try peer.write(ServerFrame.text("before") + bad.bytes)
            return try peer.readFramesThroughClose()
        }
        let connection = try WebSocketConnection.open(port: server.port)
        let received = connection.receiveToEnd()
        #expect(received.messages.first == "before")
        #expect(received.error == bad.error)
        #expect(received.error?.isCausedByServerData == true)
        let frames = try server.output()
        #expect(frames.filter { $0.opcode == 8 }.map(\.closeCode) == [bad.closeCode])
        #expect(frames.filter { !$0.isMasked }.isEmpty)
        #expect(throws: bad.error) { try connection.receiveOnce() }
        #expect(throws: bad.error) { try connection.ping() }
    }
}
