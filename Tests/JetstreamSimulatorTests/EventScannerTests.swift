import Testing

@testable import JetstreamSimulator

struct EventScannerTests {
    private func scan(_ text: String) -> EventScanner.Fields? {
        Array(text.utf8).withUnsafeBufferPointer { EventScanner.scan($0) }
    }

    @Test func `finds the fields wherever they stand`() throws {
        let found = try #require(
            scan(
                """
                 { "commit" : {"record":{"did":"no","collection":"no","text":"\\"}]{\\\\"},"collection":"a.b.c"},
                 "other":[1,{"time_us":5},[]], "cursor":12,"time_us": 34 ,"did":"did:plc:x"}
                """
            )
        )
        #expect(found.did == "did:plc:x")
        #expect(found.timeMicroseconds == 34)
        #expect(found.sequence == 12)
        #expect(found.collection == "a.b.c")
    }

    @Test(arguments: ["{}", "{\"time_us\":\"1\"}", "{\"did\":5,\"commit\":null}", "{\"time_us\":1e3}"])
    func `takes fields of another type as absent`(text: String) throws {
        let found = try #require(scan(text))
        #expect(found.did == nil)
        #expect(found.timeMicroseconds == nil)
        #expect(found.collection == nil)
    }

    @Test(arguments: [
        "", "garbage", "[1]", "{\"did\":\"x\"", "{\"did\"}", "{\"a\":1}{", "{\"a\":\"\\", "{\"a\":1,}", "null",
    ])
    func `calls unreadable what is no object`(text: String) {
        #expect(scan(text) == nil)
    }

    @Test func `reads every generated event`() {
        var generator = EventGenerator(seed: 21, startTimeMicroseconds: 1_780_000_000_000_000, firstSequence: 5)
        for _ in 0..<2_000 {
            let event = generator.next()
            let found = scan(event.json)
            #expect(found?.did == event.did)
            #expect(found?.timeMicroseconds == event.timeMicroseconds)
            #expect(found?.sequence == event.sequence)
            #expect(found?.collection == event.commit?.collection)
        }
    }
}
