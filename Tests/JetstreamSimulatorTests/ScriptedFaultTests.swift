import Foundation
import TestSupport
import Testing

@testable import JetstreamSimulator

struct ScriptedFaultTests {
    private static func scheduled(_ connection: Int?, _ events: Int, _ fault: Fault) -> ScheduledFault {
        ScheduledFault(.connection(connection, afterEvents: events), fault)
    }

    @Test func `gives each connection its own faults`() async throws {
        try await withServer(
            configured(.generated(events: 60)) {
                $0.faults = [
                    Self.scheduled(1, 50, .cut), Self.scheduled(2, 10, .close(code: 1_011)),
                    Self.scheduled(2, 20, .cut), Self.scheduled(3, 0, .cut), Self.scheduled(4, 30, .cutMidFrame),
                    Self.scheduled(5, 30, .modes(.blind())), Self.scheduled(6, 5, .account(.throttled)),
                ]
            }
        ) { server in
            let url = server.url + "?cursor=0"
            let events = server.events()
            var transcripts: [NIOTestClient.Transcript] = []
            for _ in 0..<6 {
                transcripts.append(try await NIOTestClient.collect(url))
            }
            #expect(transcripts.prefix(4).map(\.messages.count) == [50, 10, 0, 30])
            #expect(transcripts[0].end == .endOfStream)
            #expect(transcripts[1].end == .closed(code: 1_011, reason: "close after 10 events"))
            #expect(transcripts[3].end == .endOfStream)
            #expect(transcripts[3].texts == Array(events.prefix(30)))
            #expect(
                transcripts[4].texts
                    == events.enumerated().filter { $0.offset < 30 || !$0.element.contains("\"kind\":\"commit\"") }
                    .map(\.element)
            )
            #expect(transcripts[5].texts == server.events())
            #expect(server.events().count == 61)
            #expect(transcripts[5].texts.last?.contains("\"status\":\"throttled\"") == true)
            #expect(server.statistics().faults.count == 6)
        }
    }

    @Test(arguments: [Wire.v1, .v2])
    func `cuts in the middle of a frame`(wire: Wire) async throws {
        try await withServer(
            configured(.generated(events: 3)) { $0.faults = [Self.scheduled(1, 2, .cutMidFrame)] }
        ) { server in
            let path = wire == .v1 ? SubscribeRequest.path : SubscribeRequest.secondPath
            let bytes = try await NIORawClient.bytes(
                port: server.port,
                """
                GET \(path)?cursor=0 HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
                Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n
                """
            )
            let end = try #require(bytes.firstRange(of: Array("\r\n\r\n".utf8)))
            var rest = Array(bytes[end.upperBound...])
            for _ in 0..<2 {
                // A frame with two bytes of length, unmasked.
                let length = Int(rest[2]) << 8 | Int(rest[3])
                rest.removeFirst(4 + length)
            }
            #expect(rest.count > 4)
            #expect(rest.count < 4 + Int(rest[2]) << 8 | Int(rest[3]))
        }
    }

    @Test func `sends bad messages on both wires in their own words`() async throws {
        try await withServer(configured(.lines([])) { $0.startsFromBeginning = true }) { server in
            for kind in InjectedMessage.Kind.allCases {
                await server.inject(.malformed(kind))
            }
            for wire in Wire.allCases {
                let transcript = try await NIOTestClient.collect(server.url(of: wire))
                #expect(
                    transcript.messages.map(\.bytes)
                        == InjectedMessage.Kind.allCases.map { InjectedMessage.payload($0, on: wire) }
                )
            }
        }
    }

    @Test func `sends account events of each status and sync events`() async throws {
        try await withServer(
            configured(.generated(events: 70)) {
                $0.accountEvery = 10
                $0.syncEvery = 30
                $0.hasSequences = true
            }
        ) { server in
            let first = try await NIOTestClient.collect(server.url(of: .v1) + "?cursor=0")
            let second = try await NIOTestClient.collect(server.url(of: .v2) + "?cursor=0")
            #expect(first.messages.count == 77)
            #expect(second.messages.count == 79)
            for status in AccountStatus.allCases where status != .active {
                #expect(first.texts.contains { $0.contains("\"status\":\"\(status.rawValue)\"") })
            }
            let sync = second.texts.filter { $0.contains("#sync\"") }
            #expect(sync.count == 2)
            #expect(sync.allSatisfy { $0.contains("\"sync\":{\"blocks\":{\"$bytes\":\"") })
            let sequences = second.texts.compactMap { text in
                text.components(separatedBy: "\"seq\":").compactMap { Int64($0.prefix { $0.isNumber }) }
                    .first {
                        $0 >= SimulatorConfiguration.firstSequence && $0 < SimulatorConfiguration.firstSequence + 99
                    }
            }
            #expect(sequences == (0..<79).map { SimulatorConfiguration.firstSequence + $0 })
        }
    }

    @Test func `reads a script`() throws {
        let json = """
            [{"fault":"blind","atSecond":10,"seconds":5.5},{"fault":"cut","connection":2,"afterEvents":500},
             {"fault":"close","afterEvents":3,"code":1012},{"fault":"slow","atSecond":0,"bytesPerSecond":70},
             {"fault":"refuse","connection":2,"count":3,"status":429,"retryAfterSeconds":7,"message":"no"},
             {"fault":"refuse","atSecond":4,"seconds":2},{"fault":"account","atSecond":1,"kind":"suspended"},
             {"fault":"malformed","atSecond":1,"kind":"wrong-types"},{"fault":"look-back","atSecond":1,"events":9}]
            """
        let no = RefusalAnswer(status: 429, message: "no", retryAfterSeconds: 7)
        #expect(
            try FaultScript.read(Data(json.utf8)) == [
                ScheduledFault(.second(10), .modes(.blind()), seconds: 5.5),
                Self.scheduled(2, 500, .cut), Self.scheduled(nil, 3, .close(code: 1_012)),
                ScheduledFault(.second(0), .modes(.slow(bytesPerSecond: 70))),
                ScheduledFault(.second(0), .refuse(RefusalPlan(no, attempts: 2...4))),
                ScheduledFault(.second(4), .refuse(RefusalPlan(RefusalAnswer(status: 503))), seconds: 2),
                ScheduledFault(.second(1), .account(.suspended)),
                ScheduledFault(.second(1), .malformed(.wrongTypes)),
                ScheduledFault(.second(1), .lookBack(.events(9))),
            ]
        )
    }

    @Test(arguments: [
        "{}", "[{}]", "[{\"fault\":\"cut\"}]", "[{\"fault\":\"burn\",\"atSecond\":1}]",
        "[{\"fault\":\"cut\",\"atSecond\":1,\"connection\":1}]", "[{\"fault\":\"cut\",\"atSeconds\":1}]",
        "[{\"fault\":\"cut\",\"connection\":0}]", "[{\"fault\":\"refuse\",\"status\":200}]",
        "[{\"fault\":\"account\",\"atSecond\":1,\"kind\":\"gone\"}]", "no JSON",
    ])
    func `says what is wrong with a script`(json: String) throws {
        let folder = try TemporaryFolder()
        let path = try folder.write(json, to: "faults.json")
        #expect(throws: SimulatorError.self) { try FaultScript.load(path) }
    }

    @Test func `draws the same random faults for the same seed`() {
        func draw(_ seed: UInt64) -> [String] {
            var faults = RandomFaults(RandomFaultPlan(seed: seed, everySeconds: 2))
            return (0..<200).map { _ in
                let next = faults.next()
                #expect((1...3).contains(next.delaySeconds))
                return "\(next)"
            }
        }
        #expect(draw(1) == draw(1))
        #expect(draw(1) != draw(2))
        #expect(!draw(1).contains { $0.contains("isBlind: true") || $0.contains("instanceReset") })
    }

    @Test func `makes random faults happen, and writes all of them into the ledger's file`() async throws {
        let folder = try TemporaryFolder()
        try await withServer(
            configured(.live) {
                $0.eventsPerSecond = 1_000
                $0.randomFaults = RandomFaultPlan(seed: 5, everySeconds: 0.05)
                $0.ledgerPath = folder.path("ledger.jsonl")
            }
        ) { server in
            try await waitUntil("thirty faults, and events between them") {
                // However it ends or is refused, that is what the faults are for.
                _ = try? await NIOTestClient.collect(server.url, count: 5)
                return server.statistics().faults.count >= 30 && server.statistics().eventsSent > 0
            }
        }
        let lines = try String(contentsOfFile: folder.path("ledger.jsonl"), encoding: .utf8).split(separator: "\n")
        let entries = try lines.map { try JSONDecoder().decode(LedgerEntry.self, from: Data($0.utf8)) }
        #expect(entries.count { $0.what == .fault } >= 30)
        #expect(entries.contains { $0.what == .sent })
        #expect(entries.count { $0.what == .connected } >= entries.count { $0.what == .ended })
    }

    @Test func `writes the whole stream into a journal, whatever connections get of it`() async throws {
        let folder = try TemporaryFolder()
        try await withServer(
            configured(.generated(events: 5)) {
                $0.journalPath = folder.path("journal.jsonl")
                $0.modes.isBlind = true
            }
        ) { server in
            let before = server.events()
            #expect(try await NIOTestClient.collect(server.url + "?cursor=0").texts.count < before.count)
            await server.inject(.malformed(.garbage))
            await server.inject(.instanceReset)
            server.generate(events: 1)
            let lines = try String(contentsOfFile: folder.path("journal.jsonl"), encoding: .utf8)
                .split(separator: "\n")
            for (index, (line, event)) in zip(lines, before).enumerated() {
                #expect(line.hasPrefix("{\"seq\":\(index + 1),\"timeMicroseconds\":17"))
                #expect(line.hasSuffix(",\"event\":" + event + "}"))
            }
            #expect(lines.count == 8)
            #expect(lines[5].hasSuffix(",\"injected\":\"garbage\"}"))
            #expect(lines[6] == "{\"reset\":true}")
            let newest = try #require(server.events().first)
            #expect(lines[7].hasSuffix(",\"event\":" + newest + "}"))
        }
    }

    @Test func `accounts for what each connection was sent`() async throws {
        try await withServer(
            configured(.generated(events: 50)) {
                $0.faults = [Self.scheduled(1, 20, .cut)]
            }
        ) { server in
            _ = try await NIOTestClient.collect(server.url + "?cursor=0")
            _ = try await NIOTestClient.collect(server.url + "?cursor=0&wantedCollections=none.at.all")
            try await waitUntil("both are gone") { server.statistics().connectionsOpen == 0 }
            let entries = server.ledger()
            let sent = entries.filter { $0.what == .sent }
            #expect(sent.first?.connection == 1)
            #expect([sent.first?.firstSeq, sent.first?.lastSeq] == [1, 20])
            #expect(sent.first?.events == 20)
            #expect(
                entries.filter { $0.connection == 1 }.map(\.what) == [.connected, .fault, .sent, .ended]
            )
            #expect(entries.first { $0.what == .connected }?.cursor == "0")
            #expect(entries.first { $0.what == .fault }?.detail == "cut")
            #expect(entries.last { $0.what == .ended }?.detail == "the stream ended")
        }
    }
}
