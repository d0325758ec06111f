import Logging

/// What follows from the way in which a connection ended.
extension JetstreamReader {
    /// Draws the conclusions that concern the next start, and writes down what may be missing.
    func heed(_ end: ConnectionEnd, at endpoint: JetstreamEndpoint, _ start: StartPlanner.Start) throws {
        switch end {
        case .reset: planner.doubt(.reset)
        case .wrongDictionary: renewDictionary(endpoint)
        default: break
        }
        switch end.refusal {
        case .cursorTooOld: planner.doubt(.tooOld)
        case .unknownDictionary: renewDictionary(endpoint)
        default: break
        }
        if let outcome = outcome(of: end) { roster.note(outcome, now: .now) }
        // Last, since the database may fail.
        if case .blind = end { try noteBlind(endpoint, start) }
    }

    /// What it says of the host; nil when it says nothing.
    private func outcome(of end: ConnectionEnd) -> HostRoster.Outcome? {
        if let complaint = end.complaint, filters.taken != lastSent {
            return goBack(from: lastSent, words: complaint) ? .ended : .refused(words: complaint)
        }
        switch end {
        case .silent: return .dead
        case .blind: return .blind
        case .stopped, .failed(.interrupted, wasOpen: false): return nil
        default: break
        }
        guard !end.wasOpen else { return .ended }
        switch end.refusal {
        case .cursorTooOld, .unknownDictionary: return nil
        case .busy(let seconds): return .busy(retryAfterSeconds: seconds)
        case .badRequest: return goBack(from: lastSent, words: end.description) ? nil : .refused(words: end.description)
        case .invalid: return .refused(words: end.description)
        case nil: return .failed
        }
    }

    /// Goes back to the filters that a server took before; false when there are none.
    private func goBack(from subscription: Subscription?, words: String) -> Bool {
        guard let subscription, filters.noteRefused(subscription) else { return false }
        logger.error(
            "The server refuses the changed filters; those of before stay in force",
            metadata: ["reason": "\(words)"]
        )
        return true
    }

    /// Writes down what a blind host covered of the stream, to be read again from the last event of ours.
    private func noteBlind(_ endpoint: JetstreamEndpoint, _ start: StartPlanner.Start) throws {
        sight.noteBlind()
        let now = clock.now()
        if var known = healing {
            known.gap.toMicroseconds = now
            healing = known
            return try keeper.extendGap(known.number, toMicroseconds: now)
        }
        let last = newestCommitMicroseconds.map { min($0, now) } ?? start.coveredMicroseconds
        unwritten = StreamGap(
            host: endpoint.host,
            wire: endpoint.wire,
            fromMicroseconds: last,
            toMicroseconds: now,
            cause: "\(JetstreamReader.blindness): the host delivered nothing of what was asked for"
        )
        planner.rewind(toMicroseconds: last)
        try writeUnwritten()
    }

    /// Writes down what the database could not take before.
    func writeUnwritten() throws {
        guard let gap = unwritten else { return }
        healing = LoggedGap(number: try keeper.record(gap), gap: gap)
        unwritten = nil
    }

    private func renewDictionary(_ endpoint: JetstreamEndpoint) {
        let goesOn = compression.renew(for: endpoint, download: download)
        logger.notice(
            goesOn ? "The host has a new dictionary" : "The dictionary is not the host's; reading plain text",
            metadata: ["host": "\(endpoint.host)"]
        )
    }

    /// How long to wait before the next connection.
    func delay(after end: ConnectionEnd, on endpoint: JetstreamEndpoint, broughtNew: Bool) -> Duration {
        status.update { $0.lastError = end.description }
        if broughtNew || end.serverFault != nil && planner.isSkippingBySmallSteps { backoff.reset() }
        let delay = backoff.next(using: &random)
        logger.warning(
            end.wasOpen ? "Connection ended; the next begins from what is stored" : "Could not connect; trying again",
            metadata: ["host": "\(endpoint.description)", "reason": "\(end)", "wait": "\(delay.inMilliseconds)"]
        )
        return delay
    }
}
