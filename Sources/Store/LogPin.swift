/// A reader that keeps the write-ahead log from being begun anew, so that it grows.
///
/// SQLite does not tell who reads since when; a checkpoint only gets no further than what the oldest reader saw.
package struct LogPin: Sendable, Equatable {
    /// The frames that could be copied: the place in the log that no checkpoint gets past.
    package var frame: Int

    /// Since when, the first checkpoint that did not get past it.
    ///
    /// The reader is that old or older.
    package var since: ContinuousClock.Instant

    /// What the log holds by now.
    package var logBytes: Int64

    /// Whether the log is longer than it would be without the reader.
    package var isOverLimit: Bool
}

extension LogPin {
    /// What a checkpoint makes of what the one before it found.
    ///
    /// - Parameters:
    ///   - pin: What the one before found; nil for no reader.
    ///   - progress: How far this one got.
    ///   - limitBytes: How long the log is at most where nobody is in the way.
    ///   - now: The time.
    /// - Returns: Nil when everything could be copied.
    static func after(
        _ pin: LogPin?,
        _ progress: CheckpointProgress,
        limitBytes: Int,
        now: ContinuousClock.Instant
    ) -> LogPin? {
        // Somebody else's checkpoint was under way, and nothing was found out.
        guard progress.logPages >= 0 else { return pin }
        guard !progress.isComplete else { return nil }
        let bytes = progress.logPages * StoreConfiguration.pageSizeBytes
        return LogPin(
            frame: progress.copiedPages,
            since: pin?.frame == progress.copiedPages ? pin?.since ?? now : now,
            logBytes: Int64(bytes),
            isOverLimit: bytes > limitBytes
        )
    }
}

/// How far a checkpoint got.
struct CheckpointProgress {
    /// The pages in the log when it began; -1 when it could not begin.
    var logPages: Int
    var copiedPages: Int

    var isComplete: Bool { copiedPages == logPages }
}
