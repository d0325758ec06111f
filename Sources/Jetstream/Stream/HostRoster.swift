/// Decides which host is connected to next, and when: one that works, until it does not.
///
/// A value without socket or clock: what happened goes in, the next endpoint comes out.
struct HostRoster {
    /// Failures in a row after which the next host is tried.
    static let failuresBeforeNextHost = 3
    /// The longest Retry-After that is kept to.
    static let longestRetryAfter: Duration = .seconds(3600)

    enum Choice: Equatable {
        case connect(JetstreamEndpoint)
        /// All hosts rest; one of them is to be tried at this moment.
        case wait(until: ContinuousClock.Instant)
    }

    /// How an attempt ended.
    enum Outcome: Equatable {
        /// It was open, and ended in one of the ways in which streams end.
        case ended
        /// It was open and delivered nothing more, not even an answer to a ping.
        case dead
        /// It was open and delivered nothing of what was asked for, though there must be some.
        case blind
        /// It did not come about.
        case failed
        case busy(retryAfterSeconds: Int?)
        /// The server does not take what is asked for.
        case refused(words: String)
    }

    struct Resting: Equatable {
        var host: String
        var until: ContinuousClock.Instant
        var reason: String
    }

    private struct Entry {
        var host: JetstreamHost
        var endpoint = 0
        var failures = 0
        var restingUntil: ContinuousClock.Instant?
        var reason = ""
        /// Whether it rests for having been blind only.
        var isBlind = false
        /// What it said when it refused; nil when it did not, or was open at some time.
        var refusal: String?
    }

    /// How long a host is left alone that refuses what is asked, or delivers nothing of it.
    private let rest: Duration
    private var entries: [Entry]
    private var current = 0
    private var wasEverOpen = false

    /// Takes the hosts in the order in which they are preferred; there is at least one.
    init(_ hosts: [JetstreamHost], rest: Duration) {
        self.rest = rest
        entries = hosts.map { Entry(host: $0) }
    }

    /// What to do now.
    mutating func next(now: ContinuousClock.Instant) -> Choice {
        for offset in entries.indices {
            let index = (current + offset) % entries.count
            if let until = entries[index].restingUntil, until > now { continue }
            return take(index)
        }
        // What seemed blind everywhere may be quiet: nothing is gained by waiting.
        if let index = entries.indices.filter({ entries[$0].isBlind }).min(by: { rest(of: $0, now) < rest(of: $1, now) }
        ) {
            return take(index)
        }
        return .wait(until: entries.indices.map { rest(of: $0, now) }.min() ?? now)
    }

    private func rest(of index: Int, _ now: ContinuousClock.Instant) -> ContinuousClock.Instant {
        entries[index].restingUntil ?? now
    }

    private mutating func take(_ index: Int) -> Choice {
        entries[index].restingUntil = nil
        entries[index].isBlind = false
        current = index
        return .connect(entries[index].host.endpoints[entries[index].endpoint])
    }

    /// The hosts that are left alone, and why.
    func resting(now: ContinuousClock.Instant) -> [Resting] {
        entries.compactMap { entry in
            guard let until = entry.restingUntil, until > now else { return nil }
            return Resting(host: entry.host.name, until: until, reason: entry.reason)
        }
    }

    /// What the hosts said, when none of them ever took what was asked for; else nil.
    var refused: StreamRefused? {
        guard !wasEverOpen, entries.allSatisfy({ $0.refusal != nil }) else { return nil }
        return StreamRefused(
            answers: entries.map { StreamRefused.Answer(host: $0.host.name, words: $0.refusal ?? "") }
        )
    }

    /// Notes how the attempt at the last choice ended.
    mutating func note(_ outcome: Outcome, now: ContinuousClock.Instant) {
        switch outcome {
        case .ended:
            noteOpen()
        case .dead:
            noteOpen()
            goOn()
        case .blind:
            noteOpen()
            // Without another host there is nothing to be gained by waiting.
            guard entries.count > 1 else { return }
            entries[current].isBlind = true
            leave(until: now + rest, reason: "it delivered nothing of what was asked for")
        case .failed, .busy(retryAfterSeconds: nil):
            entries[current].failures += 1
            guard entries[current].failures >= HostRoster.failuresBeforeNextHost else { return }
            entries[current].failures = 0
            goOn()
        case .busy(.some(let seconds)):
            let wait = min(.seconds(seconds), HostRoster.longestRetryAfter)
            leave(until: now + wait, reason: "it asked to be left alone for \(seconds) s")
        case .refused(let words):
            noteRefusal(words, now: now)
        }
    }

    /// A wire that is not spoken is no refusal while there is another one to try.
    private mutating func noteRefusal(_ words: String, now: ContinuousClock.Instant) {
        guard entries[current].endpoint + 1 >= entries[current].host.endpoints.count else {
            entries[current].endpoint += 1
            return
        }
        entries[current].endpoint = 0
        entries[current].refusal = words
        leave(until: now + rest, reason: words)
    }

    private mutating func noteOpen() {
        wasEverOpen = true
        entries[current].failures = 0
        entries[current].refusal = nil
    }

    private mutating func leave(until: ContinuousClock.Instant, reason: String) {
        entries[current].restingUntil = until
        entries[current].reason = reason
        goOn()
    }

    private mutating func goOn() {
        current = (current + 1) % entries.count
    }
}
