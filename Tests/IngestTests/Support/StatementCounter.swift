import GRDB
import Store
import Synchronization

/// Counts the writer's transactions, for tests that would have to look at a clock otherwise.
final class StatementCounter: Sendable {
    private let begun = Mutex(0)
    private let committed = Mutex(0)

    /// Transactions that were begun, or tried to.
    var begins: Int { begun.withLock { $0 } }
    var commits: Int { committed.withLock { $0 } }

    init(_ harness: IngestHarness) throws {
        try harness.store.writeWithoutTransaction { db in
            db.trace { [self] event in
                let statement = event.description
                if statement.hasPrefix("BEGIN") { begun.withLock { $0 += 1 } }
                if statement.hasPrefix("COMMIT") { committed.withLock { $0 += 1 } }
            }
        }
    }
}
