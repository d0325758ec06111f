import Jetstream
import Logging
import Store

/// Tries internal errors again whose time has come; after the sweep, which may have to make room for it.
struct WaitingRetryJob: CleanupJob {
    let store: Store
    let clock: WallClock
    let logger: Logger
    let onRetry: @Sendable () -> Void

    func run(_ turn: CleanupTurn) async throws {
        let retry = WaitingRetry(
            store: store,
            clock: clock,
            emptiesPayloads: turn.options.emptiesPayloads,
            onRetry: onRetry
        )
        let result = try await retry.run(giveWay: turn.giveWay)
        guard result.tried > 0 else { return }
        logger.notice(
            "Tried internal errors again",
            metadata: ["events": "\(result.tried)", "succeeded": "\(result.succeeded)"]
        )
    }
}
