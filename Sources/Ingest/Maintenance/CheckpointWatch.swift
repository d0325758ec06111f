import Store

/// Reports a write-ahead log that cannot be moved into the database's file, and grows.
struct CheckpointWatch: CleanupJob {
    private struct Failed: Error, CustomStringConvertible {
        let description: String
    }

    let store: Store

    func run(_ turn: CleanupTurn) throws {
        if let failure = store.checkpointFailure { throw Failed(description: failure) }
    }
}
