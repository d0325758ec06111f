import GRDB
import Testing

@testable import Store

/// Every query of the repositories, at two lengths of the database.
struct QueryCostTests {
    struct Query: Sendable {
        let name: String
        let run: @Sendable (Database) throws -> Void

        init(_ name: String, _ run: @escaping @Sendable (Database) throws -> Void) {
            self.name = name
            self.run = run
        }
    }

    static let shortRows = 5000
    private static let longRows = 50_000

    /// How much more the longer database may cost.
    private static let allowedRatio = 1.5

    @Test
    func `invariant 9: no query costs more because the log is ten times as long`() throws {
        let short = try LongDatabase(rows: Self.shortRows)
        let long = try LongDatabase(rows: Self.longRows)
        let queries =
            Self.lists + Self.lookUps + Self.logWrites + Self.stateWrites + Self.chunks
            + Self.verification
        for query in queries {
            let cheap = try steps(query, short)
            let dear = try steps(query, long)
            try #require(cheap > 0, "\(query.name)")
            #expect(Double(dear) <= Double(cheap) * Self.allowedRatio, "\(query.name): \(cheap) steps, then \(dear)")
        }
    }

    @Test
    func `invariant 9: a filter without an index examines a bounded number of rows`() throws {
        let long = try LongDatabase(rows: PageLimit.examinedRows + 1000)
        for filter in [
            ActivityFilter(sinceTimestamp: "", did: "did:plc:nobody"),
            ActivityFilter(sinceTimestamp: "", operation: "identity"),
            ActivityFilter(sinceTimestamp: "", status: .success, operation: "identity"),
        ] {
            let page = try long.store.read { try ActivityRepository($0).recent(filter, limit: 100) }
            #expect(page.examined == PageLimit.examinedRows)
            #expect(page.entries.isEmpty)
            #expect(page.next != nil)
        }
    }

    @Test
    func `invariant 9: a page costs no more though all events are of one time`() throws {
        let store = try TemporaryStore()
        try store.write { database throws in
            for rev in 0..<Self.shortRows {
                let activity = ActivityRepository(database)
                let id = try #require(try activity.log(SampleEvent(rev: String(rev))))
                try activity.updateStatus(id, .error, message: nil)
            }
        }
        let filters = [
            ActivityFilter(sinceTimestamp: ""), ActivityFilter(sinceTimestamp: "", status: .error),
            ActivityFilter(sinceTimestamp: "", collection: SampleEvent().collection),
        ]
        for filter in filters {
            let costs = try [Self.shortRows, 101].map { id in
                let cursor = ActivityCursor(timestamp: SampleEvent().timestamp, id: Int64(id))
                let query = Query("page") { database in
                    let page = try ActivityRepository(database).recent(filter, limit: 100, after: cursor)
                    try #require(page.entries.count == 100)
                }
                return try store.read { database in try StatementCost.steps(database) { try query.run(database) } }
            }
            #expect(Double(costs[1]) <= Double(costs[0]) * Self.allowedRatio, "\(costs)")
        }
    }

    /// The steps of a query, whose writes are taken back.
    private func steps(_ query: Query, _ database: LongDatabase) throws -> Int {
        try database.store.store.writeWithoutTransaction { database throws in
            var steps = 0
            try database.inTransaction(.immediate) {
                steps = try StatementCost.steps(database) { try query.run(database) }
                return .rollback
            }
            return steps
        }
    }
}
