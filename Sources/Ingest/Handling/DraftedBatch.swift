import Jetstream
import Texts

/// A batch and what was read out of its messages: all that both commits need.
///
/// It never changes, so it may be made on one thread and written on another.
final class DraftedBatch: @unchecked Sendable {
    let batch: MessageBatch
    /// One for each message, in their order; valid as long as this is.
    let drafts: [EventDraft]
    private let texts = TextArena()

    init(_ batch: MessageBatch) {
        self.batch = batch
        let decoder = EventDecoder()
        drafts = batch.withMessages { [texts] messages in
            var receipt: (timeMicroseconds: Int64, text: ByteText)?
            return messages.map { message in
                let draft = EventDraft(message, decoder: decoder, texts: texts, after: receipt)
                receipt = (draft.receivedAtMicroseconds, draft.indexedAt)
                return draft
            }
        }
    }

    var count: Int { batch.count }

    /// Whether it is one message that is larger than batches are, and is written with several times its size in memory.
    var isLarge: Bool { batch.byteCount > MessageQueue.batchByteLimit }

    /// What it holds of the commits that were asked for.
    var commits: SeenCommits {
        var seen = SeenCommits()
        for draft in drafts {
            guard case .event(let event) = draft.decoded, case .commit = event.body else { continue }
            seen.count(
                timeMicroseconds: event.timeMicroseconds,
                receivedAtMicroseconds: draft.receivedAtMicroseconds
            )
        }
        return seen
    }
}
