import Testing

@testable import Store

struct LexiconRepositoryTests {
    @Test
    func `stores, lists and deletes lexicons, and keeps the time of the first storing`() throws {
        try TemporaryStore().write { database throws in
            let lexicons = LexiconRepository(database)
            #expect(try lexicons.get("app.b") == nil)
            try lexicons.put("app.b", json: "{}", createdAt: "2026-01-01")
            try lexicons.put("app.b", json: "{\"lexicon\":\"\u{0}\"}", createdAt: "2026-02-02")
            try lexicons.put("app.a", json: "{}", createdAt: "2026-03-03")
            let stored = try #require(try lexicons.get("app.b"))
            #expect(stored.json == "{\"lexicon\":\"\u{0}\"}" && stored.createdAt == "2026-01-01")
            #expect(try lexicons.list().map(\.id) == ["app.a", "app.b"])
            #expect(try lexicons.list(limit: 1).map(\.id) == ["app.a"])
            #expect(try lexicons.list(after: "app.a").map(\.id) == ["app.b"])
            #expect(try lexicons.delete("app.b"))
            #expect(try !lexicons.delete("app.b"))
            #expect(try lexicons.list().map(\.id) == ["app.a"])
        }
    }
}
