import Jetstream
import Logging
import Store
import TestSupport

@testable import Ingest

/// A moment so many hours after the base.
func hour(_ hours: Int64) -> Int64 { at(hours * 3600) }

/// A database whose clean-up a test runs.
struct CleanupBench {
    let harness: IngestHarness
    let recorder = LogRecorder()

    init(checkpointBytes: Int? = nil) throws {
        harness = try IngestHarness(checkpointBytes: checkpointBytes)
    }

    /// Handles events at a time of receipt, in hours after the base.
    func receive(_ lines: [String], atHour hours: Int64) async throws {
        harness.clock.now = hour(hours)
        try await harness.process(lines)
    }

    func options(
        retentionHours: Int64 = 168,
        interval: Duration = .seconds(3600),
        maximumRows: Int64? = nil,
        maximumPayloadBytes: Int64? = nil
    ) -> ActivityCleanup.Options {
        ActivityCleanup.Options(
            retention: .seconds(retentionHours * 3600),
            interval: interval,
            maximumRows: maximumRows,
            maximumPayloadBytes: maximumPayloadBytes
        )
    }

    /// Runs a clean-up while `body` runs.
    func clean(
        _ options: ActivityCleanup.Options,
        onPin: @escaping @Sendable (Int64?) -> Void = { _ in },
        _ body: (ActivityCleanup) async throws -> Void
    ) async throws {
        let cleanup = ActivityCleanup(
            options,
            store: harness.store,
            clock: harness.clock.wallClock,
            logger: recorder.logger,
            tickInterval: .milliseconds(2),
            onPin: onPin
        )
        async let end: Void = cleanup.run()
        do {
            try await body(cleanup)
        } catch {
            cleanup.stop()
            await end
            throw error
        }
        cleanup.stop()
        await end
    }

    /// One sweep, from its start to its end.
    func sweep(_ options: ActivityCleanup.Options) async throws {
        try await clean(options) { cleanup in
            try await eventually("a sweep") { cleanup.sweeps == 1 }
        }
    }
}
