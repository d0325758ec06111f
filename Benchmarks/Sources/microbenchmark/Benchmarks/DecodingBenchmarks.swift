import Foundation
import Jetstream
import Measuring
import Texts

/// From the connection's bytes to events.
enum DecodingBenchmarks {
    static var all: [Benchmark] { [frames, events, eventsWithFoundation] }

    /// Frames, an event in each, in chunks of the size that a connection reads.
    private static let frames = Benchmark(name: "frame.decode") { events in
        { run in
            let stream = FrameBytes.stream(of: events.batch(run))
            return Work(operations: SampleEvents.batchCount) {
                let count = try stream.withUnsafeBytes { try FrameReading.countMessages(in: $0) }
                try BenchmarkFailure.check(count == SampleEvents.batchCount, "not all frames were messages")
            }
        }
    }

    private static let events = Benchmark(name: "event.decode") { events in
        let decoder = EventDecoder()
        return { run in
            let messages = events.batch(run)
            return Work(operations: messages.count) {
                let texts = TextArena()
                let isWhole = messages.allSatisfy { decoder.decode($0, into: texts).isEvent }
                try BenchmarkFailure.check(isWhole, "a message was no event")
            }
        }
    }

    /// A yardstick: the same fields of the same messages, by the JSON decoder that everybody has.
    private static let eventsWithFoundation = Benchmark(name: "event.decode.foundation") { events in
        let decoder = JSONDecoder()
        return { run in
            let messages = events.batch(run).map { Data($0) }
            return Work(operations: messages.count) {
                for message in messages { _ = try decoder.decode(FoundationEvent.self, from: message) }
            }
        }
    }
}

extension DecodedMessage {
    var isEvent: Bool {
        if case .event = self { true } else { false }
    }
}
