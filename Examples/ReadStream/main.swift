import Foundation
import Jetstream

// swift run JetstreamExample wss://jetstream2.us-east.bsky.network position.json
var configuration = JetstreamClient.Configuration(hosts: [CommandLine.arguments[1]])
let file = URL(fileURLWithPath: CommandLine.arguments[2])
configuration.wantedCollections = ["app.bsky.feed.post"]
configuration.position = try? JSONDecoder().decode(Position.self, from: Data(contentsOf: file))

for try await batch in try JetstreamClient(configuration).batches() {
    for gap in batch.gaps { print("Events may be missing:", gap.cause) }
    for event in batch.events {
        guard case .commit(let commit) = event.kind, let post = commit.record else { continue }
        print(event.did, commit.rkey, post)
    }
    try JSONEncoder().encode(batch.position).write(to: file, options: .atomic)
}
