/// The names of the sums in the table `counter`; each status' count has the status' own name.
enum CounterName {
    static let stored = "stored"
    static let payloadBytes = "payload_bytes"
    static let gaps = "gaps"
    static let healedGaps = "healed_gaps"
    static let hiddenActors = "hidden_actors"
    static let resyncActors = "resync_actors"

    /// No sum but an id: no event before it is `processing`.
    static let inboxFrom = "inbox_from"

    /// Before a status.
    static let cleanedPrefix = "cleaned_"

    /// Before the reason.
    static let skippedPrefix = "skipped_"
}
