package import Store

/// Applies events of the log again, on a person's request, also while the daemon runs.
package struct ActivityRetry {
    /// How a retry ended.
    package enum Result: Sendable, Equatable {
        /// Applied again: its status and message now.
        case applied(id: Int64, status: ActivityStatus, message: String?)
        /// There is no such row.
        case noSuchRow
        /// The daemon has it in hand.
        case inHand
        /// It is a success already: there is nothing to retry.
        case alreadySucceeded
    }

    /// Rows of one page of `--all-errors`.
    private static let pageSize = 200

    private let store: Store
    private let applier: RowApplier

    package init(store: Store) {
        self.store = store
        applier = RowApplier(store: store, emptiesPayloads: false)
    }

    /// Applies one row; its effects and its new status are one transaction.
    package func retry(_ id: Int64) throws -> Result {
        try store.write { db in
            guard let row = try ActivityRepository(db).entry(id) else { return .noSuchRow }
            switch row.status {
            case .processing: return .inHand
            case .success: return .alreadySucceeded
            case .error, .validationError:
                let outcome = try applier.apply([row], db)[0]
                return .applied(id: id, status: outcome.status, message: outcome.message)
            }
        }
    }

    /// Applies every row that ended as `error`, oldest first by page, and reports each as it is done.
    package func retryAllErrors(_ report: (Result) throws -> Void) throws {
        let filter = ActivityFilter(sinceTimestamp: "", status: .error)
        var ids: [Int64] = []
        var next: ActivityCursor?
        repeat {
            let page = try store.read { db in
                try ActivityRepository(db).recent(filter, limit: ActivityRetry.pageSize, after: next)
            }
            ids += page.entries.map(\.id)
            next = page.next
        } while next != nil
        for id in ids.reversed() { try report(try retry(id)) }
    }
}
