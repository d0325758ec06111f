import Foundation
import Testing
import Texts

@testable import Jetstream

/// Streams that were recorded from servers; they are not part of the package.
struct SampleStreamTests {
    private static let folder = URL(filePath: #filePath).appending(path: "../../../../../shared/data").standardized
    private static let names = ["jetstream-v1-real.jsonl", "jetstream-v1-server.jsonl"]

    @Test(
        .enabled("recorded streams are beside the package") {
            names.allSatisfy { FileManager.default.isReadableFile(atPath: folder.appending(path: $0).path) }
        },
        arguments: names
    )
    func `reads every event of a recorded stream`(name: String) throws {
        let decoder = EventDecoder()
        let lines = try Data(contentsOf: Self.folder.appending(path: name)).split(separator: UInt8(ascii: "\n"))
        #expect(!lines.isEmpty)
        for line in lines {
            let message = Array(line)
            let decoded = decoder.decode(message)
            let event = try #require(decoded.event, "\(decoded)")
            #expect(String(event.did).hasPrefix("did:"))
            guard let commit = decoded.commit else { continue }
            #expect(TID.isTID(commit.rev))
            #expect((commit.operation == "delete") == (commit.record == .missing))
            #expect(try fields(of: message) == fields(of: decoded.recordText(in: message)))
        }
    }

    private func fields(of message: [UInt8]) throws -> NSDictionary? {
        let whole = try JSONSerialization.jsonObject(with: Data(message)) as? NSDictionary
        return (whole?["commit"] as? NSDictionary)?["record"] as? NSDictionary
    }

    private func fields(of record: String?) throws -> NSDictionary? {
        try record.flatMap { try JSONSerialization.jsonObject(with: Data($0.utf8)) as? NSDictionary }
    }
}
