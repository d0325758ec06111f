package import Jetstream
package import Store

/// A door to the stages that a batch goes through, for the benchmarks: the handler does them as `EventHandler` has them,
/// but for the run's journal.
package final class StagedHandling {
    private let store: Store
    private let tracker: PositionTracker
    private var directory = ActorDirectory()

    package init(store: Store, clock: WallClock) {
        self.store = store
        tracker = PositionTracker(clock: clock)
    }

    /// Commit 1.
    ///
    /// - Throws: What SQLite says.
    package func log(_ batch: StagedBatch) throws {
        let drafted = batch.drafted
        batch.rows = try store.write { db in
            let result = try InboxLog(db: db).log(drafted, &directory)
            try tracker.save(drafted.drafts, from: drafted.batch.source, db)
            return result.rows
        }
    }

    /// Commit 2.
    ///
    /// - Throws: What SQLite says.
    package func apply(_ batch: StagedBatch) throws {
        let drafted = batch.drafted
        try drafted.batch.withMessages { messages in
            let applier = BatchApplier(
                drafts: drafted.drafts,
                messages: messages,
                emptiesPayloads: false,
                clock: .system
            )
            try store.write { db in try applier.applyTogether(batch.rows, &directory, db) }
        }
    }
}

/// A batch on its way.
package final class StagedBatch {
    fileprivate let drafted: DraftedBatch
    fileprivate var rows: [InboxLog.Row] = []

    /// Decodes a batch, the stage before commit 1.
    package init(_ batch: MessageBatch) {
        drafted = DraftedBatch(batch)
    }

    /// How many events it holds.
    package var count: Int { drafted.count }

    /// How many rows commit 1 made.
    package var storedCount: Int { rows.count }
}
