import Jetstream
import Measuring
import Texts

/// The same events as v2 servers send them.
enum SecondWireBenchmarks {
    static var all: [Benchmark] { [events, notices] }

    private static let events = Benchmark(name: "event.decode.v2") { events in
        let decoder = EventDecoder()
        return { run in
            let messages = v2(events.batch(run))
            return Work(operations: messages.count) {
                let texts = TextArena()
                let isWhole = messages.allSatisfy { decoder.decode($0, into: texts).isEvent }
                try BenchmarkFailure.check(isWhole, "a message was no event")
            }
        }
    }

    /// What each event of v2 costs on the reader's thread.
    private static let notices = Benchmark(name: "notice.look") { events in
        let reader = NoticeReader()
        return { run in
            let messages = v2(events.batch(run))
            return Work(operations: messages.count) {
                let areEvents = messages.allSatisfy { reader.notice(in: $0) == nil }
                try BenchmarkFailure.check(areEvents, "a message was a notice")
            }
        }
    }

    /// The messages as v2 has them.
    static func v2(_ messages: some Sequence<UnsafeRawBufferPointer>) -> PackedMessages {
        PackedMessages(
            messages.lazy.map { Array(V2Text.message(ofV1: String(decoding: $0, as: UTF8.self)).utf8) }
        )
    }
}
