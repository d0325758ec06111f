import Synchronization
import TestSupport
import Testing

@testable import Jetstream

/// What ends a connection on which nothing moves.
struct ConnectionLimitsTests {
    private static func position(_ port: Int) -> StreamPosition {
        StreamPosition(
            host: "127.0.0.1:\(port)",
            wire: .v1,
            seq: nil,
            timeMicroseconds: StreamEvent.start,
            isPlaceholder: false,
            coveredUntilMicroseconds: nil
        )
    }

    private static func send(_ events: [StreamEvent], to peer: RawPeer) throws {
        let cursor = try peer.acceptStream().cursor ?? 0
        for event in events where event.timeMicroseconds >= cursor { try peer.write(event.bytes) }
    }

    @Test func `invariant 6: leaves with 1001 when no byte is freed, and loses nothing`() async throws {
        // More than a chunk, so that the queue is full before all is read; little enough for the sockets to hold it.
        let events = StreamEvent.row(150, spacing: 1_000_000, paddingBytes: 1_000)
        let frames = Mutex<[[ClientFrame]]>([])
        let server = try RawServer { peer in
            // On a busy machine the client may have left before all is sent.
            try? Self.send(events, to: peer)
            let seen = try peer.hold()
            frames.withLock { $0.append(seen) }
        }
        var limits = ConnectionLimits()
        limits.stuckAfter = .milliseconds(500)
        let store = MemoryStore(position: Self.position(server.port))
        let rig = try ReaderRig(
            hosts: ["ws://127.0.0.1:\(server.port)/subscribe"],
            store: store,
            limits: limits,
            queueCapacityBytes: 16 * 1024
        )
        let handler = MemoryHandler(store, rig.reader.queue)
        let isStuck = Atomic(true)
        let handling: @Sendable () async -> Void = {
            try? await eventually { !isStuck.load(ordering: .sequentiallyConsistent) }
            await handler.run()
        }
        try await rig.run(handling: handling) {
            defer { isStuck.store(false, ordering: .sequentiallyConsistent) }
            try await eventually { !frames.withLock(\.isEmpty) }
            #expect(rig.reader.status.snapshot.connections == 1)
            #expect(rig.reader.queue.counters.queued < 150)
            isStuck.store(false, ordering: .sequentiallyConsistent)
            try await rig.waitForEvents(150)
            #expect(rig.reader.status.snapshot.lastError?.contains("the database took nothing") == true)
        }
        let seen = frames.withLock(\.self)
        #expect(seen.first?.map(\.closeCode) == [1001])
        #expect(store.contents.keys == events.map(\.key))
        #expect(store.contents.gaps.isEmpty)
    }

    @Test func `invariant 6: one chunk fills the queue by no more than a message too many`() async throws {
        let events = StreamEvent.row(300, spacing: 1_000_000)
        let server = try RawServer { peer in
            _ = try peer.acceptStream()
            try peer.write(Array(events.map(\.bytes).joined()))
            _ = try peer.hold()
        }
        let store = MemoryStore(position: Self.position(server.port))
        let rig = try ReaderRig(
            hosts: ["ws://127.0.0.1:\(server.port)/subscribe"],
            store: store,
            queueCapacityBytes: 1_000
        )
        let handler = MemoryHandler(store, rig.reader.queue)
        let isStuck = Atomic(true)
        let handling: @Sendable () async -> Void = {
            try? await eventually { !isStuck.load(ordering: .sequentiallyConsistent) }
            await handler.run()
        }
        try await rig.run(handling: handling) {
            defer { isStuck.store(false, ordering: .sequentiallyConsistent) }
            try await eventually { rig.reader.queue.counters.queued > 0 && !rig.reader.queue.hasRoom() }
            #expect(rig.reader.queue.counters.queued <= 1_000 / events[0].bytes.count + 1)
            isStuck.store(false, ordering: .sequentiallyConsistent)
            try await rig.waitForEvents(300)
            #expect(rig.reader.status.snapshot.connections == 1)
        }
        #expect(store.contents.keys == events.map(\.key))
    }

    @Test func `invariant 6: a slow handler is not a stuck one`() async throws {
        let events = StreamEvent.row(3_000, spacing: 1_000, paddingBytes: 1_000)
        let server = try RawServer { peer in
            try Self.send(events, to: peer)
            _ = try peer.hold()
        }
        var limits = ConnectionLimits()
        // Shorter than all of it takes, and much longer than one batch.
        limits.stuckAfter = .seconds(10)
        let store = MemoryStore(position: Self.position(server.port))
        let rig = try ReaderRig(
            hosts: ["ws://127.0.0.1:\(server.port)/subscribe"],
            store: store,
            limits: limits,
            queueCapacityBytes: 64 * 1024
        )
        let handler = MemoryHandler(store, rig.reader.queue, bytesPerSecond: 250_000)
        let handling: @Sendable () async -> Void = {
            await handler.run { rig.reader.queue.counters.received < 3_000 }
        }
        try await rig.run(handling: handling) {
            try await rig.waitForEvents(3_000)
            #expect(rig.reader.status.snapshot.connections == 1)
        }
        #expect(store.contents.fullCount > 10)
        #expect(store.contents.keys == events.map(\.key))
    }

    @Test func `pings a silent server, and leaves it when no answer comes`() async throws {
        let frames = Mutex<[[ClientFrame]]>([])
        let events = StreamEvent.row(2, spacing: 1_000_000)
        let server = try RawServer { peer in
            try Self.send(events.dropLast(frames.withLock(\.isEmpty) ? 1 : 0), to: peer)
            let seen = try peer.hold()
            frames.withLock { $0.append(seen) }
        }
        var limits = ConnectionLimits()
        limits.pingAfter = .milliseconds(100)
        limits.deadAfter = .milliseconds(300)
        let store = MemoryStore(position: Self.position(server.port))
        let rig = try ReaderRig(hosts: ["ws://127.0.0.1:\(server.port)/subscribe"], store: store, limits: limits)
        try await rig.run {
            try await rig.waitForEvents(2)
            #expect(rig.reader.status.snapshot.lastError?.contains("no frame for too long") == true)
        }
        let all = frames.withLock(\.self)
        let first = try #require(all.first)
        #expect(first.map(\.opcode) == [9, 8])
        #expect(first.last?.closeCode == 1001)
    }

    @Test func `a server that answers pings stays connected, however silent it is`() async throws {
        let pings = Atomic(0)
        let server = try RawServer { peer in
            try Self.send([], to: peer)
            for _ in 0..<8 {
                guard let frame = try peer.readFrame(), frame.opcode == 9 else { return }
                pings.add(1, ordering: .sequentiallyConsistent)
                try peer.write(ServerFrame.bytes(10, frame.payload))
            }
            for event in StreamEvent.row(1, spacing: 1) { try peer.write(event.bytes) }
            _ = try peer.hold()
        }
        var limits = ConnectionLimits()
        limits.pingAfter = .milliseconds(50)
        limits.deadAfter = .seconds(10)
        let store = MemoryStore(position: Self.position(server.port))
        let rig = try ReaderRig(hosts: ["ws://127.0.0.1:\(server.port)/subscribe"], store: store, limits: limits)
        try await rig.run {
            try await rig.waitForEvents(1)
            #expect(rig.reader.status.snapshot.connections == 1)
        }
        #expect(pings.load(ordering: .sequentiallyConsistent) == 8)
    }

    @Test(arguments: [true, false])
    func `invariant 7: a quiet connection covers time while pongs come, and no longer`(isLive: Bool) async throws {
        let mayLeave = Atomic(false)
        let stored = isLive ? ReaderRig.now - 1_000_000 : StreamEvent.start
        let server = try RawServer { peer in
            try Self.send([StreamEvent(key: "stored", timeMicroseconds: stored)], to: peer)
            while !mayLeave.load(ordering: .sequentiallyConsistent) {
                guard let frame = try peer.readFrame(), frame.opcode == 9 else { return }
                try peer.write(ServerFrame.bytes(10, frame.payload))
            }
        }
        var limits = ConnectionLimits()
        limits.pingAfter = .milliseconds(20)
        limits.settlingTime = .milliseconds(30)
        var position = Self.position(server.port)
        position.timeMicroseconds = stored
        let rig = try ReaderRig(
            hosts: ["ws://127.0.0.1:\(server.port)/subscribe"],
            store: MemoryStore(position: position),
            limits: limits
        )
        try await rig.run {
            try await eventually { rig.reader.queue.coverage()?.beganLive == isLive }
            let source = StreamSource(host: position.host, wire: .v1, connection: 1)
            let coverage = StreamCoverage(source: source, untilMicroseconds: ReaderRig.now, beganLive: isLive)
            #expect(rig.reader.queue.coverage() == coverage)
            mayLeave.store(true, ordering: .sequentiallyConsistent)
            try await eventually { rig.reader.queue.coverage()?.source != source }
        }
        #expect(rig.reader.queue.coverage() == nil)
    }

    @Test func `invariant 7: a silence in which many events should have come covers nothing`() async throws {
        let pings = Atomic(0)
        let stored = ReaderRig.now - 1_000_000
        let server = try RawServer { peer in
            try Self.send([StreamEvent(key: "stored", timeMicroseconds: stored)], to: peer)
            while let frame = try peer.readFrame(), frame.opcode == 9 {
                pings.add(1, ordering: .sequentiallyConsistent)
                try peer.write(ServerFrame.bytes(10, frame.payload))
            }
        }
        var limits = ConnectionLimits()
        limits.pingAfter = .milliseconds(20)
        limits.settlingTime = .milliseconds(30)
        var position = Self.position(server.port)
        position.timeMicroseconds = stored
        // Ten thousand a second: fifty are missing after 5 ms.
        let store = MemoryStore(position: position, commitsInHour: 36_000_000)
        let rig = try ReaderRig(
            hosts: ["ws://127.0.0.1:\(server.port)/subscribe"],
            store: store,
            limits: limits
        )
        try await rig.run {
            // The sixth is sent when the pong to the fifth has been heard.
            try await eventually { pings.load(ordering: .sequentiallyConsistent) >= 6 }
            // The handshake counts as a frame, but what has not settled covers nothing without an event.
            #expect(rig.reader.queue.coverage()?.beganLive != true)
        }
    }

    @Test func `silence counts from when the queue had room again`() async throws {
        let events = StreamEvent.row(100, spacing: 1_000_000, paddingBytes: 1_000)
        let server = try RawServer { peer in
            try Self.send(events, to: peer)
            _ = try peer.hold()
        }
        var limits = ConnectionLimits()
        // The queue is full for longer than a server may be silent.
        limits.pingAfter = .milliseconds(300)
        limits.deadAfter = .milliseconds(600)
        limits.stuckAfter = .seconds(60)
        let store = MemoryStore(position: Self.position(server.port))
        let rig = try ReaderRig(
            hosts: ["ws://127.0.0.1:\(server.port)/subscribe"],
            store: store,
            limits: limits,
            queueCapacityBytes: 32 * 1024
        )
        let isStuck = Atomic(true)
        let handler = MemoryHandler(store, rig.reader.queue)
        let handling: @Sendable () async -> Void = {
            try? await eventually { !isStuck.load(ordering: .sequentiallyConsistent) }
            await handler.run()
        }
        try await rig.run(handling: handling) {
            defer { isStuck.store(false, ordering: .sequentiallyConsistent) }
            try await eventually { rig.reader.queue.counters.queued > 0 }
            let fullSince = ContinuousClock.now
            try await eventually { ContinuousClock.now - fullSince > .seconds(1) }
            #expect(rig.reader.status.snapshot.connections == 1)
            isStuck.store(false, ordering: .sequentiallyConsistent)
            try await rig.waitForEvents(100)
            #expect(rig.reader.status.snapshot.connections == 1)
        }
        #expect(store.contents.keys == events.map(\.key))
    }
}
