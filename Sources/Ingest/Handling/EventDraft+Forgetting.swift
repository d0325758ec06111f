import Jetstream
import Store
import Texts

extension EventDraft {
    /// Whether it is kept away, since its person was forgotten at its time or later.
    ///
    /// Another host may have seen an event later than the one that it came from at first: of a commit its revision counts
    /// too, of the other events the relay's time.
    func isCovered(by forgetting: Forgetting) -> Bool {
        if forgetting.isBlocked || timestampMicroseconds <= forgetting.forgottenAtMicroseconds { return true }
        guard case .event(let event) = decoded else { return false }
        let relayTime: Int64?
        switch event.body {
        case .commit(let commit): return String(commit.rev) <= forgetting.throughRev
        case .identity(let identity): relayTime = identity.relayTimeMicroseconds
        case .account(let account): relayTime = account.relayTimeMicroseconds
        case .sync(let sync): relayTime = sync.relayTimeMicroseconds
        }
        return relayTime.map { $0 <= forgetting.forgottenAtMicroseconds } ?? false
    }
}
