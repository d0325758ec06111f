import Glibc
import Synchronization
import TestSupport
import Testing

@testable import Jetstream

/// The behaviours of docs/CONFORMANCE.md, one row each.
@Suite struct HostileBehaviourTests {
    @Test(arguments: HostileBehaviour.handshakes)
    func `gives up a server that does not agree, and sends no frame`(behaviour: HostileBehaviour) throws {
        #expect(try frames(after: behaviour).isEmpty)
    }

    @Test(arguments: HostileBehaviour.frames)
    func `ends the connection with the right code`(behaviour: HostileBehaviour) throws {
        let frames = try frames(after: behaviour)
        #expect(frames.filter { $0.opcode == 8 }.map(\.closeCode) == behaviour.ending.closeCodes)
        #expect(frames.filter { !$0.isMasked }.isEmpty)
        let others = frames.filter { $0.opcode != 8 }
        #expect(others.allSatisfy { $0.opcode == 10 })
        #expect(others.count < HostileBehaviour.pingsOfFlood / 4)
    }

    /// Lets a client meet the behaviour, and returns what the server saw of it after the handshake.
    private func frames(after behaviour: HostileBehaviour) throws -> [ClientFrame] {
        let server = try RawServer { peer in
            if behaviour.isUpgraded { try peer.upgrade() }
            // A flood ends when the client has gone.
            try? behaviour.script(peer)
            do {
                return try behaviour.staysOpen ? peer.readFrames() : peer.readFramesThroughClose()
            } catch RawPeer.Failure.systemCallFailed(name: "recv", errorNumber: ENOTCONN) {
                return []
            }
        }
        #expect(try ending(behaviour, port: server.port) == behaviour.ending)
        return try server.output()
    }

    private func ending(
        _ behaviour: HostileBehaviour,
        port: Int
    ) throws(WebSocketError) -> HostileBehaviour.Ending {
        do {
            let connection = try WebSocketConnection.open(port: port, handshakeTimeout: behaviour.handshakeTimeout)
            return connection.receiveToEnd().error.map(HostileBehaviour.Ending.init) ?? .other
        } catch {
            return HostileBehaviour.Ending(error)
        }
    }

    @Test(arguments: ReaderBehaviour.all)
    func `the reader leaves a still server, and goes on after messages that are none`(
        behaviour: ReaderBehaviour
    ) async throws {
        let frames = Mutex<[[ClientFrame]]>([])
        let server = try RawServer { peer in
            _ = try peer.acceptStream()
            try? behaviour.script(peer)
            let seen = try peer.hold()
            frames.withLock { $0.append(seen) }
        }
        var limits = ConnectionLimits()
        if behaviour.unreadable == 0 {
            limits.pingAfter = .milliseconds(100)
            limits.deadAfter = .milliseconds(300)
        }
        let rig = try ReaderRig(hosts: ["ws://127.0.0.1:\(server.port)/subscribe"], limits: limits)
        try await rig.run {
            try await eventually { !frames.withLock(\.isEmpty) }
            try await eventually { rig.store.contents.unreadable.count >= behaviour.unreadable }
            try await eventually { rig.reader.status.snapshot.lastError?.contains(behaviour.words) == true }
        }
        let all = frames.withLock(\.self)
        let first = try #require(all.first)
        #expect(first.filter { $0.opcode == 8 }.map(\.closeCode) == behaviour.closeCodes)
        #expect(first.filter { ![8, 9].contains($0.opcode) }.isEmpty)
        // It comes back, and finds the same server.
        #expect(rig.reader.queue.counters.received >= behaviour.unreadable)
        #expect((rig.reader.queue.counters.received == 0) == (behaviour.unreadable == 0))
    }

    @Test func `every behaviour has a row, and the document has each by its name`() throws {
        let names =
            HostileBehaviour.handshakes.map(\.name) + HostileBehaviour.frames.map(\.name)
            + ReaderBehaviour.all.map(\.name)
        #expect(names.count == 57)
        #expect(Set(names).count == names.count)
        let document = try Repository.text("docs/CONFORMANCE.md")
        #expect(names.filter { !document.contains("`\($0)`") } == [])
    }
}
