/// One of the things that the clean-up does at every tick; the others do not know of it.
protocol CleanupJob: Sendable {
    /// Does what is due, in transactions of about 20 ms, and gives way after each.
    ///
    /// - Parameter turn: what is in force at this tick.
    /// - Throws: what SQLite says, or what giving way threw; then the jobs behind it wait for the next tick.
    func run(_ turn: CleanupTurn) async throws
}

/// What a job gets to know at a tick.
struct CleanupTurn: Sendable {
    let options: ActivityCleanup.Options
    /// To be called outside of any transaction, with the time that the one before took: the handler's turn.
    let giveWay: @Sendable (Duration) async throws -> Void
}
