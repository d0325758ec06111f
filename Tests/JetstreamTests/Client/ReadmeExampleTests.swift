import Foundation
import TestSupport
import Testing

import class JetstreamSimulator.SimulatorServer

@testable import Jetstream

struct ReadmeExampleTests {
    @Test func `the README's example is the one that is compiled, and short`() throws {
        let example = try Repository.text("Examples/ReadStream/main.swift")
        #expect(try Repository.text("Sources/Jetstream/README.md").contains("\n```swift\n\(example)```\n"))
        #expect(example.split(separator: "\n", omittingEmptySubsequences: false).count - 1 < 20)
    }

    @Test func `the example reads posts, and stores where it is`() async throws {
        try await withSimulator(simulated(.generated(events: 500))) { server in
            let folder = try TemporaryFolder()
            let file = URL(fileURLWithPath: folder.path("position.json"))
            try JSONEncoder().encode(Position(timeMicroseconds: streamStart)).write(to: file)
            let example = try RunningProcess("JetstreamExample", [server.url, file.path], in: folder)
            let posts = Event.read(server.events()).filter { event in
                guard case .commit(let commit) = event.kind else { return true }
                return commit.collection == "app.bsky.feed.post"
            }
            let last = try #require(posts.map(\.timeMicroseconds).max())
            try await eventually {
                let stored = try? JSONDecoder().decode(Position.self, from: Data(contentsOf: file))
                return stored?.timeMicroseconds == last
            }
            #expect(example.isRunning)
            #expect(example.log.isEmpty)
        }
    }
}
