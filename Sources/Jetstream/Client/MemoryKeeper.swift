import Synchronization

/// Keeps the position and the gaps of one reading, as the daemon does in its database; the caller stores what it wants.
final class MemoryKeeper: StreamKeeper {
    /// The newest event of a connection's last batch: the difference of its times shows the server's clock.
    private struct Newest {
        var connection: Int
        var event: BatchSummary.Newest
    }

    private struct State {
        var position: StreamPosition?
        var newest: Newest?
        /// All, by their numbers from 0 on.
        var gaps: [Gap] = []
        /// The numbers of those that the next batch tells.
        var untold: [Int] = []
    }

    /// An event that is about as old as the way from the server is long shows that a connection has caught up.
    ///
    /// Not more than the next start goes back by: what a stalled server had still to deliver is then asked for again.
    private static let liveLimitMicroseconds = StartPlanner.rewindMicroseconds

    private let state: Mutex<State>

    /// Takes the position to begin with; nil for the present.
    init(_ position: StreamPosition?) {
        state = Mutex(State(position: position))
    }

    // MARK: The reader's side

    func position() -> StreamPosition? { state.withLock { $0.position } }

    func begin(_ position: StreamPosition) {
        state.withLock { $0.position = position }
    }

    func record(_ gap: StreamGap) -> Int64 {
        state.withLock { state in
            state.gaps.append(Gap(gap, number: state.gaps.count))
            state.untold.append(state.gaps.count - 1)
            return Int64(state.gaps.count - 1)
        }
    }

    func extendGap(_ number: Int64, toMicroseconds: Int64) {
        change(number) { $0.toMicroseconds = toMicroseconds }
    }

    /// Nil: a reading begins without gaps.
    func openGap(causedBy word: String) -> LoggedGap? { nil }

    /// None: the rate is learned anew.
    func memory(before position: StreamPosition, askedWith subscription: Subscription) -> StreamMemory? { nil }

    private func change(_ number: Int64, _ change: (inout Gap) -> Void) {
        state.withLock { state in
            let index = Int(number)
            guard state.gaps.indices.contains(index) else { return }
            change(&state.gaps[index])
            if !state.untold.contains(index) { state.untold.append(index) }
        }
    }

    // MARK: The session's side

    /// Where the stream will stand when a batch has been processed.
    func position(after summary: BatchSummary, from source: StreamSource) -> StreamPosition {
        let current = position()
        if let moved = summary.position(from: source, after: current) { return moved }
        // The reader stored a position before it connected, so there is one.
        return current
            ?? StreamPosition(
                host: source.host,
                wire: source.wire,
                seq: nil,
                timeMicroseconds: 0,
                isPlaceholder: true,
                coveredUntilMicroseconds: nil
            )
    }

    /// Moves the position: a batch has been processed.
    func advance(to position: StreamPosition, with summary: BatchSummary, from source: StreamSource) {
        state.withLock { state in
            state.position = position
            guard let newest = summary.newest else { return }
            state.newest = Newest(connection: source.connection, event: newest)
        }
    }

    /// Notes up to when a quiet connection has covered time, so that it is not asked for again.
    func note(_ coverage: StreamCoverage?) {
        guard let coverage else { return }
        state.withLock { state in
            guard state.position?.host == coverage.source.host else { return }
            var until = coverage.untilMicroseconds
            if let newest = state.newest, newest.connection == coverage.source.connection {
                let age = newest.event.receivedAtMicroseconds - newest.event.timeMicroseconds
                guard age <= MemoryKeeper.liveLimitMicroseconds else { return }
                until = newest.event.timeMicroseconds + max(0, until - newest.event.receivedAtMicroseconds)
            } else if !coverage.beganLive {
                return
            }
            let known = state.position?.coveredUntilMicroseconds ?? .min
            state.position?.coveredUntilMicroseconds = max(known, until)
        }
    }

    /// Takes what was noted, with the notes of the batch that tells it.
    func takeGaps(with notes: [StreamNote]) -> [Gap] {
        for note in notes {
            switch note {
            case .gap(let gap): _ = record(gap)
            case .healed(let number, _): change(number) { $0.isHealed = true }
            }
        }
        return state.withLock { state in
            defer { state.untold = [] }
            return state.untold.map { state.gaps[$0] }
        }
    }
}

extension Gap {
    fileprivate init(_ gap: StreamGap, number: Int) {
        self.init(
            number: number,
            host: gap.host,
            fromMicroseconds: gap.fromMicroseconds,
            toMicroseconds: gap.toMicroseconds,
            cause: gap.cause,
            isHealed: false
        )
    }
}
