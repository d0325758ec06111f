import GRDB
import Store
import TestSupport
import Testing
import Texts

@testable import Ingest

struct ActorDirectoryTests {
    private let harness: IngestHarness

    init() throws {
        harness = try IngestHarness()
        // What the database says differs from what is remembered, so that it shows who was asked.
        try harness.store.write { db throws in
            for number in 0..<10 {
                _ = try ActorRepository(db).insert(ByteText("did:\(number)"), indexedAt: "", deletedRev: "stored")
            }
        }
    }

    private func rev(_ number: Int) -> String { "a revision of \(number) that is no short text" }

    @Test
    func `who is met again and again is kept, with the revision, and the others are forgotten in time`() throws {
        try harness.store.read { db throws in
            let actors = ActorRepository(db)
            var directory = ActorDirectory(capacity: 2)
            for number in 0..<10 {
                // In an arena that goes at once: what is kept must be a copy.
                let texts = TextArena()
                withExtendedLifetime(texts) {
                    let entry = ActorDirectory.Entry(id: Int64(number), deletedRev: texts.add(rev(number)))
                    _ = directory.remember(texts.add("did:\(number)"), entry)
                }
                let first = try #require(try directory.find("did:0", actors))
                #expect(String(first.deletedRev) == rev(0))
            }
            let forgotten = try #require(try directory.find("did:3", actors))
            #expect(String(forgotten.deletedRev) == "stored")
            #expect(try directory.find("did:nobody", actors) == nil)
        }
    }

    @Test
    func `forgets everything when it is told to`() throws {
        try harness.store.read { db throws in
            var directory = ActorDirectory()
            directory.remember("did:1", ActorDirectory.Entry(id: 7, deletedRev: "remembered"))
            directory.forgetAll()
            let entry = try #require(try directory.find("did:1", ActorRepository(db)))
            #expect(entry.id == 2)
        }
    }
}
