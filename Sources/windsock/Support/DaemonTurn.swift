/// How a command that writes leaves the database to a running daemon between its chunks.
enum DaemonTurn {
    /// Longer than SQLite's waits for a lock are at first, so that a daemon that has begun to wait gets its turn.
    private static let shortest: Duration = .milliseconds(30)

    /// Stands still for as long as the chunk took: nothing tells another process that waits for the lock.
    static func give(after took: Duration) async throws {
        try await Task.sleep(for: max(took, shortest))
    }
}
