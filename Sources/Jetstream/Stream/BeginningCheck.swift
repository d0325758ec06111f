/// What the first event of a connection says about where it began: servers move a start without a word.
///
/// A cursor that is too old is clamped to the oldest event that is kept, one in the future to what happens next.
struct BeginningCheck {
    /// An event of one sequence number has one time, give or take what an operator imported; beyond this it is another.
    static let sameEventMicroseconds: Int64 = 3_600_000_000
    /// A first event this much later than a cursor shows that the start was moved.
    static let slackMicroseconds: Int64 = 60_000_000

    enum Verdict: Equatable {
        /// The connection began where it was asked to, as far as can be seen.
        case sound
        /// It began later: events may have been missed.
        case gap(StreamGap)
        /// The event says nothing of it.
        case undecided
        /// The numbers are those of another instance of the server: the number that was sent meant nothing to it.
        case reset
    }

    let endpoint: JetstreamEndpoint
    let start: StartPlanner.Start
    /// For how long back the host keeps events, as far as is known.
    let lookBack: Duration
    /// Whether the same is asked for as when the stored event was stored, so that it matches.
    var isAskedAsBefore = false
    /// Whether the server has said that it begins later than asked.
    var isMoved = false

    /// Whether the time before the first event may be one that was missed, so that silence proves nothing.
    func isDoubtful(nowMicroseconds: Int64) -> Bool {
        isMoved || start.doubt != nil || start.isSeq || storedComesAgain || isOld(nowMicroseconds)
    }

    /// Judges by the first event.
    func verdict(timeMicroseconds: Int64, seq: Int64?, nowMicroseconds: Int64) -> Verdict {
        if start.isSeq {
            guard let seq, seq >= start.cursor else { return .reset }
            let distance = timeMicroseconds.subtractingReportingOverflow(start.storedMicroseconds)
            let isFar = distance.overflow || distance.partialValue.magnitude > BeginningCheck.sameEventMicroseconds
            if seq == start.cursor, isFar { return .reset }
        }
        // Nothing is known to have happened after the present, whatever the event says.
        let timeMicroseconds = min(timeMicroseconds, nowMicroseconds)
        guard timeMicroseconds > start.coveredMicroseconds else {
            // One that is much older than what was asked for came out of its order.
            let isOut = timeMicroseconds < start.coveredMicroseconds - BeginningCheck.sameEventMicroseconds
            return isOut && (isMoved || start.doubt != nil) ? .undecided : .sound
        }
        if let doubt = start.doubt { return gap(until: timeMicroseconds, cause: doubt.cause) }
        if let seq, let stored = start.storedSeq, seq < stored {
            return gap(until: timeMicroseconds, cause: StartPlanner.Doubt.reset.cause)
        }
        if isMoved {
            return gap(until: timeMicroseconds, cause: "clamped: the cursor was older than what the host keeps")
        }
        if storedComesAgain, timeMicroseconds - start.storedMicroseconds > BeginningCheck.slackMicroseconds {
            return gap(
                until: timeMicroseconds,
                cause: "clamped: the stored event did not come again, so the host no longer had what follows it"
            )
        }
        guard isOld(nowMicroseconds),
            timeMicroseconds - start.coveredMicroseconds > BeginningCheck.slackMicroseconds
        else { return .sound }
        return gap(
            until: timeMicroseconds,
            cause: "clamped: the first event is later than the cursor, which was older than what the host may keep"
        )
    }

    private var storedComesAgain: Bool { isAskedAsBefore && start.storedComesAgain }

    private func isOld(_ nowMicroseconds: Int64) -> Bool {
        start.coveredMicroseconds < nowMicroseconds - lookBack.inWholeMicroseconds
    }

    private func gap(until timeMicroseconds: Int64, cause: String) -> Verdict {
        .gap(
            StreamGap(
                host: endpoint.host,
                wire: endpoint.wire,
                fromMicroseconds: start.coveredMicroseconds,
                toMicroseconds: timeMicroseconds,
                cause: cause
            )
        )
    }
}

extension Duration {
    var inWholeMicroseconds: Int64 { components.seconds * 1_000_000 + components.attoseconds / 1_000_000_000_000 }
}
