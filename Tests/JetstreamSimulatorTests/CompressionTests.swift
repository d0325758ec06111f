import CZstd
import Foundation
import TestSupport
import Testing

@testable import JetstreamSimulator

struct CompressionTests {
    private static let dictionary = Result { try ZstdDictionary.trained(seed: 3, id: 77) }

    /// What a frame holds, by libzstd's own reckoning.
    private static func decompressed(_ frame: [UInt8], _ dictionary: ZstdDictionary) throws -> String {
        let context = try #require(ZSTD_createDCtx())
        defer { ZSTD_freeDCtx(context) }
        #expect(ZSTD_getDictID_fromFrame(frame, frame.count) == dictionary.id)
        var output = [UInt8](repeating: 0, count: 1_048_576)
        let capacity = output.count
        let count = ZSTD_decompress_usingDict(
            context,
            &output,
            capacity,
            frame,
            frame.count,
            dictionary.bytes,
            dictionary.bytes.count
        )
        try #require(ZSTD_isError(count) == 0)
        return String(decoding: output[..<count], as: UTF8.self)
    }

    private static func decompressed(_ transcript: NIOTestClient.Transcript, _ dictionary: ZstdDictionary) throws
        -> [String]
    {
        try transcript.messages.map { message in
            #expect(message.isBinary)
            return try decompressed(message.bytes, dictionary)
        }
    }

    @Test func `compresses the first wire with a dictionary that is given`() async throws {
        let dictionary = try Self.dictionary.get()
        try await withServer(configured(.generated(events: 500)) { $0.dictionary = dictionary }) { server in
            let plain = try await NIOTestClient.collect(server.url + "?cursor=0")
            let transcript = try await NIOTestClient.collect(server.url + "?cursor=0&compress=true")
            #expect(try Self.decompressed(transcript, dictionary) == plain.texts)
            let bytes = { (transcript: NIOTestClient.Transcript) in
                transcript.messages.reduce(0) { $0 + $1.bytes.count }
            }
            #expect(bytes(transcript) * 2 < bytes(plain))
        }
    }

    @Test func `trains a dictionary where none is given, the same for the same seed`() async throws {
        try await withServer(configured(.generated(events: 20))) { server in
            let transcript = try await NIOTestClient.collect(server.url + "?cursor=0&compress=true")
            let dictionary = try #require(server.dictionary(of: .v1))
            #expect(try Self.decompressed(transcript, dictionary) == server.events())
            #expect(dictionary == (try ZstdDictionary.trained(seed: 1, id: dictionary.id)))
        }
    }

    @Test func `says a content's size only where it is 256 bytes or more`() async throws {
        let dictionary = try Self.dictionary.get()
        let texts = [20, 255, 256, 5_000].map { String(repeating: "x", count: $0) }
        try await withServer(configured(.lines(texts)) { $0.dictionary = dictionary }) { server in
            let transcript = try await NIOTestClient.collect(server.url + "?cursor=0&compress=true")
            #expect(try Self.decompressed(transcript, dictionary) == texts)
            let unknown = UInt64.max
            #expect(
                transcript.messages.map { ZSTD_getFrameContentSize($0.bytes, $0.bytes.count) }
                    == [unknown, unknown, 256, 5_000]
            )
        }
    }

    @Test func `serves the second wire's dictionary and compresses all frames with it`() async throws {
        let dictionary = try Self.dictionary.get()
        try await withServer(
            configured(.generated(events: 50)) {
                $0.dictionary = dictionary
                $0.lookBack = .events(40)
                $0.faults = [ScheduledFault(.connection(nil, afterEvents: 30), .error(name: "InternalError"))]
            }
        ) { server in
            let plain = try await NIOTestClient.collect(server.url(of: .v2) + "?cursor=1700000000000000")
            let transcript = try await NIOTestClient.collect(
                server.url(of: .v2) + "?cursor=1700000000000000&zstdDictionary=77"
            )
            #expect(plain.messages.count == 32)
            #expect(try Self.decompressed(transcript, dictionary) == plain.texts)
        }
    }

    @Test(arguments: ["", "?id=77"])
    func `hands the dictionary out`(query: String) async throws {
        let dictionary = try Self.dictionary.get()
        try await withServer(configured(.lines([])) { $0.dictionary = dictionary }) { server in
            let (data, answer) = try await Self.fetch(server, query)
            #expect(answer.status == 200)
            #expect(data == dictionary.bytes)
            #expect(answer.headers["Content-Type"] == "application/octet-stream")
            #expect(answer.headers["ETag"] == "\"zstd-dict-77\"")
            #expect(answer.headers["X-Zstd-Dictionary-Id"] == "77")
            #expect(answer.headers["Cache-Control"]?.contains("immutable") == true)
        }
    }

    @Test func `announces a new dictionary, after which the old id is unknown`() async throws {
        let dictionary = try Self.dictionary.get()
        try await withServer(configured(.generated(events: 9)) { $0.dictionary = dictionary }) { server in
            await server.inject(.newDictionary)
            let new = try #require(server.dictionary(of: .v2))
            #expect(new.id == 78)
            #expect(new.bytes.dropFirst(8) != dictionary.bytes.dropFirst(8))
            let refusal = await #expect(throws: WebSocketRefusal.self) {
                try await NIOTestClient.collect(server.url(of: .v2) + "?cursor=0&zstdDictionary=77")
            }
            #expect(refusal?.head.hasPrefix("HTTP/1.1 400 ") == true)
            #expect(
                refusal?.body == """
                    {"error":"UnknownZstdDictionary","message":"subscribe: unknown zstd dictionary 77; the current one \
                    is 78"}
                    """
            )
            let (_, answer) = try await Self.fetch(server, "?id=77")
            #expect(answer.status == 404)
            let (data, _) = try await Self.fetch(server, "")
            #expect(data == new.bytes)
            let transcript = try await NIOTestClient.collect(server.url(of: .v2) + "?cursor=0&zstdDictionary=78")
            #expect(try Self.decompressed(transcript, new).count == 9)
            let first = try await NIOTestClient.collect(server.url(of: .v1) + "?cursor=0&compress=true")
            #expect(try Self.decompressed(first, dictionary) == server.events())
        }
    }

    @Test func `reads a dictionary from a file and refuses what is none`() throws {
        let folder = try TemporaryFolder()
        let dictionary = try Self.dictionary.get()
        try Data(dictionary.bytes).write(to: URL(fileURLWithPath: folder.path("good")))
        #expect(try ZstdDictionary(file: folder.path("good")) == dictionary)
        let bad = try folder.write("no dictionary at all", to: "bad")
        #expect(throws: SimulatorError.self) { try ZstdDictionary(file: bad) }
        #expect(throws: SimulatorError.self) { try ZstdDictionary(file: folder.path("none")) }
    }

    private struct Answer {
        let status: Int
        let headers: [String: String]
    }

    private static func fetch(_ server: SimulatorServer, _ query: String) async throws -> ([UInt8], Answer) {
        let bytes = try await NIORawClient.bytes(
            port: server.port,
            "GET \(SubscribeRequest.dictionaryPath)\(query) HTTP/1.1\r\nHost: localhost\r\n\r\n"
        )
        let end = try #require(bytes.firstRange(of: Array("\r\n\r\n".utf8)))
        let lines = String(decoding: bytes[..<end.lowerBound], as: UTF8.self).components(separatedBy: "\r\n")
        var headers: [String: String] = [:]
        for line in lines.dropFirst() {
            let parts = line.split(separator: ":", maxSplits: 1)
            headers[String(parts[0])] = parts[1].trimmingCharacters(in: .whitespaces)
        }
        let status = try #require(lines.first?.split(separator: " ").dropFirst().first.flatMap { Int($0) })
        return (Array(bytes[end.upperBound...]), Answer(status: status, headers: headers))
    }
}
