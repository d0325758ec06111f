import TestSupport
import Testing

@testable import JetstreamSimulator

struct EventLogTests {
    private func log(of count: Int, bytes: Int, limitBytes: Int) -> EventLog {
        let log = EventLog(limitBytes: limitBytes)
        for index in 0..<count {
            log.append(
                StreamMessage(
                    payload: .text(String(repeating: "x", count: bytes)),
                    kind: .event(nil),
                    timeMicroseconds: Int64(index),
                    sequence: nil,
                    did: nil,
                    collection: nil
                )
            )
        }
        return log
    }

    @Test func `forgets the oldest chunk and starts old readers at what is left`() throws {
        let log = log(of: 2_000, bytes: 1_000, limitBytes: 600_000)
        #expect(log.tip == 2_000)
        #expect((1_400..<2_000).contains(log.beginning))
        var filter = StreamFilter(EventSelection(), names: log.names)
        let batch = try #require(log.read(from: 0, mostMessages: 1, mostEvents: 1, filter: &filter))
        #expect(batch.nextPosition == log.beginning + 1)
        #expect(log.position(notBeforeMicroseconds: 0) == log.beginning)
    }

    @Test(arguments: [0, 1, 125, 126, 65_535, 65_536])
    func `frames payloads of every length form`(bytes: Int) throws {
        let log = log(of: 1, bytes: bytes, limitBytes: .max)
        #expect(log.events() == [String(repeating: "x", count: bytes)])
        var filter = StreamFilter(EventSelection(), names: log.names)
        let batch = try #require(log.read(from: 0, mostMessages: 9, mostEvents: 9, filter: &filter))
        let header = FrameText.header(payloadBytes: bytes)
        let frame = NIOTestClient.bytes(of: batch.frames)
        #expect(Array(frame.prefix(header.count)) == header)
        #expect(frame.count == header.count + bytes)
        #expect(log.read(from: 1, mostMessages: 9, mostEvents: 9, filter: &filter) == nil)
    }

    @Test func `finds the first event in stream order that is not before a time`() {
        let log = EventLog(limitBytes: .max)
        for time in [10, 30, 20, 40] as [Int64] {
            log.append(
                StreamMessage(
                    payload: .text("{}"),
                    kind: .event(nil),
                    timeMicroseconds: time,
                    sequence: time / 10,
                    did: nil,
                    collection: nil
                )
            )
        }
        #expect(
            [5, 10, 15, 20, 31, 40, 41].map { log.position(notBeforeMicroseconds: $0) } == [0, 0, 1, 1, 3, 3, nil]
        )
        #expect([0, 1, 2, 4, 5].map { log.position(notBeforeSequence: $0) } == [0, 0, 1, 3, nil])
    }
}
