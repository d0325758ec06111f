import Foundation
import TestSupport
import Testing

@testable import JetstreamSimulator

struct EventRecorderTests {
    private func withFile(_ body: (String) async throws -> Void) async throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "\(UUID()).jsonl").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        try await body(path)
    }

    private func lines(_ path: String) throws -> [String] {
        try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").map(String.init)
    }

    @Test func `records a stream that can be served again`() async throws {
        try await withFile { path in
            try await withServer(configured(.generated(events: 1_000))) { server in
                let summary = try await EventRecorder(url: server.url + "?cursor=0", path: path).run()
                #expect(summary == EventRecorder.Summary(messages: 1_000, end: .closed))
                #expect(try lines(path) == server.events())
            }
            let recorded = try lines(path)
            try await withServer(configured(.file(path: path))) { server in
                #expect(server.events() == recorded)
            }
        }
    }

    @Test func `stops at a count`() async throws {
        try await withFile { path in
            try await withServer(configured(.generated(events: 1_000))) { server in
                let summary = try await EventRecorder(url: server.url + "?cursor=0", path: path, mostMessages: 10).run()
                #expect(summary == EventRecorder.Summary(messages: 10, end: .count))
                #expect(try lines(path) == Array(server.events().prefix(10)))
            }
        }
    }

    @Test func `stops when the time is up and at a signal`() async throws {
        try await withFile { path in
            try await withServer(
                configured(.lines(["{}"])) {
                    $0.closesAtEnd = false
                }
            ) { server in
                let timed = EventRecorder(url: server.url, path: path, duration: .milliseconds(20))
                let summary = try await timed.run()
                #expect(summary.end == .duration)
                let (signals, continuation) = AsyncStream.makeStream(of: CInt.self)
                continuation.yield(2)
                let stopped = try await EventRecorder(url: server.url, path: path).run(until: signals)
                #expect(stopped.end == .stopped)
            }
        }
    }

    @Test func `keeps what came before the connection broke`() async throws {
        try await withFile { path in
            try await withServer(
                configured(.generated(events: 100)) {
                    $0.dropAfterEvents = 60
                }
            ) { server in
                let summary = try await EventRecorder(url: server.url + "?cursor=0", path: path).run()
                #expect(summary == EventRecorder.Summary(messages: 60, end: .closed))
            }
        }
    }

    @Test(arguments: [
        ("wss://jetstream.example/subscribe", "TLS"), ("nonsense", "not a URL"),
        ("ws://127.0.0.1:1/subscribe", "cannot connect"),
    ])
    func `says why it cannot record`(url: String, reason: String) async throws {
        try await withFile { path in
            let error = await #expect(throws: SimulatorError.self) {
                try await EventRecorder(url: url, path: path).run()
            }
            #expect(error?.description.contains(reason) == true)
        }
    }

    @Test func `repeats the server's refusal`() async throws {
        try await withFile { path in
            try await withServer(configured(.lines([]))) { server in
                let recorder = EventRecorder(url: server.url + "?cursor=x", path: path)
                let error = await #expect(throws: SimulatorError.self) { try await recorder.run() }
                #expect(error?.description.contains("400 Bad Request: subscribe: invalid cursor: \"x\"") == true)
            }
        }
    }
}
