import Synchronization
import TestSupport
import Testing

@testable import Jetstream

struct JetstreamReaderTests {
    typealias Plan = NIOStreamServer.Plan

    private static func position(
        _ port: Int,
        _ timeMicroseconds: Int64 = StreamEvent.start,
        seq: Int64? = nil
    ) -> StreamPosition {
        StreamPosition(
            host: "127.0.0.1:\(port)",
            wire: .v1,
            seq: seq,
            timeMicroseconds: timeMicroseconds,
            isPlaceholder: false,
            coveredUntilMicroseconds: nil
        )
    }

    private static func keys(_ count: Int) -> [String] { (0..<count).map { "k\($0)" } }

    @Test(arguments: [
        NIOStreamServer.Ending.cut, .reset, .close(1000), .close(1001),
    ])
    func `reads events, and begins from what is stored after the connection has ended`(
        ending: NIOStreamServer.Ending
    ) async throws {
        let events = StreamEvent.row(30, spacing: 10_000_000)
        let plans = [Plan(count: 10, ending: ending), Plan(count: 20, ending: ending), Plan()]
        let server = try NIOStreamServer(events, plans)
        let store = MemoryStore(position: Self.position(server.port))
        let rig = try ReaderRig(hosts: ["ws://127.0.0.1:\(server.port)/subscribe"], store: store)
        try await rig.run {
            try await rig.waitForEvents(30)
        }
        #expect(store.contents.keys == Self.keys(30))
        #expect(store.contents.gaps.isEmpty)
        // A reset may overtake events; then more connections are needed.
        let starts = server.requests.compactMap(\.cursor)
        #expect(starts.first == StreamEvent.start - 5_000_000)
        #expect(starts.count >= 3)
        guard case .reset = ending else {
            #expect(
                starts.dropFirst() == [events[9].timeMicroseconds - 5_000_000, events[19].timeMicroseconds - 5_000_000]
            )
            #expect(store.contents.duplicates == 2)
            return
        }
    }

    @Test func `begins from what is stored after a refusal, without giving way back up`() async throws {
        let events = StreamEvent.row(20, spacing: 10_000_000)
        let cursors = Mutex<[Int64?]>([])
        let server = try RawServer { peer in
            let request = try peer.readRequest()
            let cursor = RawPeer.stream(of: request).cursor
            let number = cursors.withLock { cursors in
                cursors.append(cursor)
                return cursors.count
            }
            guard number == 1 || number == 4 else {
                return try peer.write("HTTP/1.1 503 Service Unavailable\r\nContent-Length: 9\r\n\r\nwarm-up\r\n")
            }
            try peer.write(RawPeer.goodAnswer(to: request))
            let wanted = events.prefix(number == 1 ? 10 : 20).filter { $0.timeMicroseconds >= cursor ?? 0 }
            for event in wanted { try peer.write(event.bytes) }
            if number == 4 { _ = try peer.hold() }
        }
        let store = MemoryStore(position: Self.position(server.port))
        let rig = try ReaderRig(hosts: ["ws://127.0.0.1:\(server.port)/subscribe"], store: store)
        try await rig.run {
            try await rig.waitForEvents(20)
            #expect(rig.reader.status.snapshot.connections == 2)
            #expect(rig.reader.status.snapshot.lastError?.contains("503: warm-up") == true)
        }
        #expect(store.contents.keys == Self.keys(20))
        let again = events[9].timeMicroseconds - 5_000_000
        #expect(cursors.withLock(\.self) == [StreamEvent.start - 5_000_000, again, again, again])
    }

    @Test func `asks for what is wanted, from where, and for how large a message at most`() async throws {
        let server = try NIOStreamServer([])
        let subscription = Subscription(
            wantedCollections: ["app.bsky.feed.*", "com.example.test"],
            wantedDids: ["did:plc:abc"]
        )
        let store = MemoryStore(position: Self.position(server.port, seq: 4_711))
        let rig = try ReaderRig(
            hosts: ["ws://127.0.0.1:\(server.port)/subscribe"],
            store: store,
            subscription: subscription
        )
        try await rig.run {
            try await eventually { !server.requests.isEmpty }
        }
        let request = try #require(server.requests.first)
        #expect(request.target.hasPrefix("/subscribe?"))
        #expect(request.values("wantedCollections") == ["app.bsky.feed.*", "com.example.test"])
        #expect(request.values("wantedDids") == ["did:plc:abc"])
        #expect(request.values("maxMessageSizeBytes") == ["4194304"])
        #expect(request.cursor == 4_711)
    }

    @Test func `invariant 7: stores the present as a placeholder before the very first connection`() async throws {
        let soon = StreamEvent(key: "k0", timeMicroseconds: ReaderRig.now + 5)
        let server = try NIOStreamServer([soon])
        let rig = try ReaderRig(hosts: ["ws://127.0.0.1:\(server.port)/subscribe"])
        try await rig.run {
            try await rig.waitForEvents(1)
        }
        #expect(server.requests.map(\.cursor) == [ReaderRig.now])
        let first = try #require(rig.store.contents.beginnings.first)
        #expect(rig.store.contents.beginnings.count == 1)
        #expect(first.isPlaceholder)
        #expect(first.timeMicroseconds == ReaderRig.now)
        #expect(rig.store.contents.position == Self.position(server.port, soon.timeMicroseconds))
    }

    @Test func `says goodbye with 1001 when it is stopped, and shows it`() async throws {
        let server = try NIOStreamServer(StreamEvent.row(3, spacing: 1))
        let store = MemoryStore(position: Self.position(server.port))
        let rig = try ReaderRig(hosts: ["ws://127.0.0.1:\(server.port)/subscribe"], store: store)
        try await rig.run {
            try await rig.waitForEvents(3)
            let status = rig.reader.status.snapshot
            #expect(status.phase == .connected)
            #expect(status.host == "127.0.0.1:\(server.port)")
            #expect(status.lastFrameMicroseconds == ReaderRig.now)
        }
        try await eventually { server.closeCodes == [1001] }
    }

    @Test func `stops while it waits to connect again`() async throws {
        let server = try RawServer { peer in try peer.write("HTTP/1.1 503 No\r\n\r\n") }
        let rig = try ReaderRig(hosts: ["ws://127.0.0.1:\(server.port)/subscribe"])
        try await rig.run {
            try await eventually { rig.reader.status.snapshot.lastError != nil }
        }
        #expect(rig.reader.status.snapshot.connections == 0)
    }

    @Test func `stops while a server keeps it waiting for the handshake`() async throws {
        let arrived = Atomic(false)
        let server = try RawServer { peer in
            _ = try peer.readRequest()
            arrived.store(true, ordering: .sequentiallyConsistent)
            _ = try peer.readFrame()
        }
        let rig = try ReaderRig(hosts: ["ws://127.0.0.1:\(server.port)/subscribe"])
        try await rig.run {
            try await eventually { arrived.load(ordering: .sequentiallyConsistent) }
        }
        #expect(rig.reader.status.snapshot.connections == 0)
    }

    @Test func `waits for the database when it cannot be asked for the position`() async throws {
        let server = try NIOStreamServer(StreamEvent.row(3, spacing: 1))
        let store = MemoryStore(position: Self.position(server.port), failures: 2)
        let rig = try ReaderRig(hosts: ["ws://127.0.0.1:\(server.port)/subscribe"], store: store)
        try await rig.run {
            try await rig.waitForEvents(3)
        }
        #expect(server.requests.count == 1)
    }

    @Test func `goes to the next host when one fails three times in a row, and further back there`() async throws {
        let refusals = Atomic(0)
        let dead = try RawServer { peer in
            _ = try peer.readRequest()
            refusals.add(1, ordering: .sequentiallyConsistent)
            try peer.write("HTTP/1.1 502 Bad Gateway\r\n\r\n")
        }
        let events = StreamEvent.row(10, spacing: 1_000_000)
        let alive = try NIOStreamServer(events)
        let stored = events[5].timeMicroseconds
        let store = MemoryStore(position: Self.position(dead.port, stored, seq: 12))
        let rig = try ReaderRig(
            hosts: ["ws://127.0.0.1:\(dead.port)/subscribe", "ws://127.0.0.1:\(alive.port)/subscribe"],
            store: store
        )
        try await rig.run {
            try await rig.waitForEvents(10)
        }
        #expect(refusals.load(ordering: .sequentiallyConsistent) == 3)
        #expect(alive.requests.map(\.cursor) == [stored - 10_000_000])
        #expect(store.contents.position?.host == "127.0.0.1:\(alive.port)")
        #expect(store.contents.position?.seq == nil)
    }
}
