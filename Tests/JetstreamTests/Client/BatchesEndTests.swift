import Synchronization
import TestSupport
import Testing

import struct JetstreamSimulator.RefusalAnswer
import struct JetstreamSimulator.RefusalPlan

@testable import Jetstream

struct BatchesEndTests {
    /// Shows whether a reader is still there: it lives as long as its task runs.
    private struct Trace: Sendable {
        weak let reader: JetstreamReader?
    }

    private static func client(_ server: NIOStreamServer) throws -> JetstreamClient {
        try JetstreamClient(
            JetstreamClient.Configuration(
                "ws://127.0.0.1:\(server.port)/subscribe",
                from: Position(timeMicroseconds: StreamEvent.start)
            )
        )
    }

    /// Takes one batch, and lets the iterator go with the batch in hand.
    private static func takeOne(_ client: JetstreamClient) async throws -> Trace {
        var iterator = client.batches().makeAsyncIterator()
        let batch = try #require(try await iterator.next())
        #expect(!batch.events.isEmpty)
        let reader = try #require(iterator.reader)
        return Trace(reader: reader)
    }

    @Test func `dropping the iterator closes the connection with 1001 and ends the reader`() async throws {
        let server = try NIOStreamServer(StreamEvent.row(10, spacing: 1_000))
        let trace = try await Self.takeOne(try Self.client(server))
        try await eventually { server.closeCodes == [1_001] }
        try await eventually { trace.reader == nil }
    }

    @Test func `dropping the iterator ends a reader that waits between two connections`() async throws {
        let plans = [NIOStreamServer.Plan(count: 10, ending: .cut)]
        let server = try NIOStreamServer(StreamEvent.row(10, spacing: 1_000), plans)
        let client = try Self.client(server)
        var iterator: Batches.Iterator? = client.batches().makeAsyncIterator()
        _ = try #require(try await iterator?.next())
        let trace = Trace(reader: try #require(iterator?.reader))
        try await eventually { trace.reader?.status.snapshot.phase == .waiting }
        iterator = nil
        try await eventually { trace.reader == nil }
        #expect(server.requests.count == 1)
    }

    @Test func `cancelling the task ends the sequence and closes the connection with 1001`() async throws {
        let server = try NIOStreamServer(StreamEvent.row(10, spacing: 1_000))
        let client = try Self.client(server)
        let taken = Atomic(0)
        let taking: @Sendable () async throws -> Void = {
            var iterator = client.batches().makeAsyncIterator()
            while let batch = try await iterator.next() {
                taken.add(batch.events.count, ordering: .relaxed)
            }
            // The reader has ended by now, and it stays so.
            #expect(iterator.reader == nil)
            #expect(try await iterator.next() == nil)
        }
        try await withThrowingTaskGroup { group in
            group.addTask { try await taking() }
            try await eventually { taken.load(ordering: .relaxed) == 10 }
            group.cancelAll()
            try await group.waitForAll()
        }
        try await eventually { server.closeCodes == [1_001] }
        #expect(server.requests.count == 1)
    }

    @Test func `a task that is cancelled already connects to nothing`() async throws {
        let server = try NIOStreamServer(StreamEvent.row(10, spacing: 1_000))
        let client = try Self.client(server)
        await withTaskGroup(of: Void.self) { group in
            group.cancelAll()
            group.addTask {
                var iterator = client.batches().makeAsyncIterator()
                #expect(await (try? iterator.next()) == nil)
            }
        }
        #expect(server.requests.isEmpty)
    }

    @Test func `an iterator that was never asked leaves nothing behind`() async throws {
        let server = try NIOStreamServer([])
        _ = try Self.client(server).batches().makeAsyncIterator()
        #expect(server.requests.isEmpty)
    }

    @Test func `what every host refuses is an error with their words`() async throws {
        let refusals = [RefusalPlan(RefusalAnswer(status: 400, message: "no such collection"))]
        try await withSimulator(simulated(.lines([])) { $0.refusals = refusals }) { server in
            var configuration = JetstreamClient.Configuration(server.url(of: .v1))
            configuration.hosts.append("ws://localhost:\(server.port)")
            var iterator = try JetstreamClient(configuration).batches().makeAsyncIterator()
            let error = await #expect(throws: JetstreamError.self) { _ = try await iterator.next() }
            guard case .refused(let answers) = error else {
                return #expect(Bool(false), "another error: \(String(describing: error))")
            }
            #expect(answers.map(\.host) == ["127.0.0.1:\(server.port)", "localhost:\(server.port)"])
            #expect(answers.allSatisfy { $0.words.contains("400") && $0.words.contains("no such collection") })
            #expect(error?.description.contains("no such collection") == true)
            #expect(server.statistics().refusals >= 2)
            #expect(try await iterator.next() == nil)
        }
    }

    @Test func `a host that is busy is tried again, not an error`() async throws {
        let refusals = [RefusalPlan(RefusalAnswer(status: 503), count: 2)]
        try await withSimulator(simulated(.generated(events: 10)) { $0.refusals = refusals }) { server in
            let batches = try await JetstreamClient(JetstreamClient.Configuration(server.url)).collect(10)
            #expect(batches.flatMap(\.events).count == 10)
            #expect(server.statistics().refusals == 2)
        }
    }
}
