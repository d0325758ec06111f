package import Jetstream
package import Store

/// Applies events of the log again, on a person's request, also while the daemon runs.
package struct ActivityRetry {
    /// How a retry ended.
    package enum Result: Sendable, Equatable {
        /// Applied again: its status and message now.
        case applied(id: Int64, status: ActivityStatus, message: String?)
        /// There is no such row.
        case noSuchRow(id: Int64)
        /// The daemon has it in hand.
        case inHand(id: Int64)
        /// It is a success already: there is nothing to retry.
        case alreadySucceeded(id: Int64)
    }

    private let store: Store
    private let applier: RowApplier

    /// Makes a retry.
    ///
    /// - Parameters:
    ///   - store: the database.
    ///   - dictionary: that of v1, for messages that could not be decompressed; nil when there is none.
    ///   - clock: says when what fails again is tried next.
    package init(store: Store, dictionary: ZstdDictionary? = nil, clock: WallClock = .system) {
        self.store = store
        applier = RowApplier(
            store: store,
            emptiesPayloads: false,
            clock: clock,
            unpacker: MessageUnpacker(dictionary: dictionary)
        )
    }

    /// Applies one row; its effects and its new status are one transaction.
    ///
    /// Its attempts are counted anew, since whoever asks has reason to think that it goes better now.
    package func retry(_ id: Int64) throws -> Result {
        try store.write { db in
            let activity = ActivityRepository(db)
            guard let row = try activity.entry(id) else { return .noSuchRow(id: id) }
            switch row.status {
            case .processing: return .inHand(id: id)
            case .success: return .alreadySucceeded(id: id)
            case .error, .validationError:
                try activity.setAttempts(id, 0, nextMicroseconds: nil)
                let outcome = try applier.apply([row.with(attempts: 0)], db)[0]
                return .applied(id: id, status: outcome.status, message: outcome.message)
            }
        }
    }

    /// Applies the rows that a filter finds, the oldest by their own time first.
    ///
    /// - Parameters:
    ///   - filter: which rows; it should ask for a status that failed.
    ///   - limit: how many at most, of those the newest; nil for all.
    ///   - giveWay: called after about 20 ms of work with the time that it took, outside of any transaction.
    ///   - report: told of each as it is done.
    /// - Throws: faults of the machine, or what a closure threw.
    package func retryAll(
        _ filter: ActivityFilter,
        limit: Int? = nil,
        giveWay: (Duration) async throws -> Void = { _ in },
        report: (Result) throws -> Void
    ) async throws {
        let ids = try ActivityIDs.find(filter, limit: limit, in: store)
        var worked = Duration.zero
        for id in ids.reversed() {
            let start = ContinuousClock.now
            let result = try retry(id)
            worked += ContinuousClock.now - start
            try report(result)
            guard worked >= ActivityRetry.stretch else { continue }
            try await giveWay(worked)
            worked = .zero
        }
    }

    private static let stretch: Duration = .milliseconds(20)
}
