import GRDB
import Jetstream
import Store
import Synchronization

/// Knows the stored position and moves it with what is stored (invariant 7).
final class PositionTracker: Sendable {
    /// Cursors from here on are times, so that no greater number can be sent as a sequence number.
    private static let seqLimit: Int64 = 1_000_000_000_000_000

    fileprivate struct State {
        /// What is stored; nil when it has to be read first.
        var position: StreamPosition?
        var newest: Newest?
        var savedCoverage: Int64?
    }

    /// The newest event of a connection's last batch.
    ///
    /// The difference of its times shows the server's clock.
    fileprivate struct Newest {
        var connection: Int
        var timeMicroseconds: Int64
        var receivedAtMicroseconds: Int64
    }

    private let clock: WallClock
    private let state = Mutex(State())

    init(clock: WallClock) {
        self.clock = clock
    }

    /// Reads the position from the database before the next use: a transaction that held it was rolled back.
    func forget() {
        state.withLock { $0.position = nil }
    }

    /// Saves the position that covers a batch; part of commit 1.
    func save(_ drafts: [EventDraft], from source: StreamSource, _ db: Database) throws {
        let now = clock.now()
        let newest = drafts.max { left, right in
            PositionTracker.time(left, now) < PositionTracker.time(right, now)
        }
        let time = newest.map { PositionTracker.time($0, now) } ?? .min
        let seq = drafts.last { PositionTracker.seq($0, now) != nil }.flatMap { PositionTracker.seq($0, now) }
        let current = try current(db)
        guard time > .min || seq != nil else { return }
        // Not past its own arrival: the next start would begin in the future, and miss what comes until then.
        let arrived = time > .min ? newest.map { min(time, $0.receivedAtMicroseconds) } : nil
        let position = StreamPosition(from: source, after: current, timeMicroseconds: arrived, seq: seq)
        try CursorRepository(db).save(position.row(updatedAtMicroseconds: clock.now()))
        state.withLock { state in
            state.position = position
            guard let newest, time > .min else { return }
            state.newest = Newest(
                connection: source.connection,
                timeMicroseconds: time,
                receivedAtMicroseconds: newest.receivedAtMicroseconds
            )
        }
    }

    /// Whether there is coverage to save.
    func isNews(_ coverage: StreamCoverage?) -> Bool {
        guard let coverage else { return false }
        return state.withLock { state in
            state.serverTime(of: coverage).map { $0 > state.savedCoverage ?? .min } ?? false
        }
    }

    /// Saves up to when a quiet connection has covered time, by the server's clock.
    func save(_ coverage: StreamCoverage?, _ db: Database) throws {
        guard let coverage, let until = state.withLock({ $0.serverTime(of: coverage) }) else { return }
        let host = coverage.source.host
        if let current = try current(db), current.host != host {
            try CursorRepository(db).save(
                current.taken(over: coverage.source, untilMicroseconds: until).row(updatedAtMicroseconds: clock.now())
            )
        } else {
            try CursorRepository(db).cover(host, untilMicroseconds: until, updatedAtMicroseconds: clock.now())
        }
        state.withLock { state in
            state.savedCoverage = until
            state.position = nil
        }
    }

    private func current(_ db: Database) throws -> StreamPosition? {
        if let position = state.withLock({ $0.position }) { return position }
        return try CursorRepository(db).newest().map(StreamPosition.init)
    }

    /// The time by which a draft moves the position; the least there is when it cannot be one.
    private static func time(_ draft: EventDraft, _ now: Int64) -> Int64 {
        guard let time = draft.decoded.timeMicroseconds,
            StreamPosition.isMoved(byMicroseconds: time, nowMicroseconds: now)
        else { return .min }
        return time
    }

    /// The sequence number by which a draft moves the position; nil when it has none, or cannot be trusted with one.
    ///
    /// The last one of a batch counts and not the greatest: a server that numbers anew must not be asked for a number
    /// that it will only reach in years.
    private static func seq(_ draft: EventDraft, _ now: Int64) -> Int64? {
        guard let seq = draft.decoded.seq, seq < seqLimit else { return nil }
        return time(draft, now) > .min ? seq : nil
    }
}

extension PositionTracker.State {
    /// An event that is about as old as the way from the server is long shows that a connection has caught up.
    ///
    /// Not more than the next start goes back by: what a stalled server had still to deliver is then asked for again.
    private static let liveLimitMicroseconds: Int64 = 5_000_000

    /// What the connection has covered, by the server's clock where an event has shown it; nil when it may still be
    /// catching up, and a quiet moment says nothing.
    fileprivate func serverTime(of coverage: StreamCoverage) -> Int64? {
        guard let newest, newest.connection == coverage.source.connection else {
            return coverage.beganLive ? coverage.untilMicroseconds : nil
        }
        let age = newest.receivedAtMicroseconds - newest.timeMicroseconds
        guard age <= PositionTracker.State.liveLimitMicroseconds else { return nil }
        return newest.timeMicroseconds + max(0, coverage.untilMicroseconds - newest.receivedAtMicroseconds)
    }
}

extension StreamPosition {
    /// The place at which a host took over from another, before any event of its own: a row of its own that is older
    /// must not come to the fore with the time that it covers.
    fileprivate func taken(over source: StreamSource, untilMicroseconds: Int64) -> StreamPosition {
        StreamPosition(
            host: source.host,
            wire: source.wire,
            seq: nil,
            timeMicroseconds: timeMicroseconds,
            isPlaceholder: isPlaceholder,
            coveredUntilMicroseconds: untilMicroseconds
        )
    }

    /// The position as the table keeps it.
    func row(updatedAtMicroseconds: Int64) -> StreamPositionRow {
        StreamPositionRow(
            host: host,
            wire: wire.rawValue,
            kind: seq == nil ? "time" : "seq",
            cursor: seq ?? timeMicroseconds,
            timeMicroseconds: timeMicroseconds,
            isPlaceholder: isPlaceholder,
            coveredUntilMicroseconds: coveredUntilMicroseconds,
            updatedAtMicroseconds: updatedAtMicroseconds
        )
    }

    /// Reads a row.
    ///
    /// Of a wire that a later version of this program spoke, the time is taken and not the number, which may mean
    /// something else there.
    init(_ row: StreamPositionRow) {
        let wire = JetstreamWire(rawValue: row.wire)
        self.init(
            host: row.host,
            wire: wire ?? .v1,
            seq: wire != nil && row.kind == "seq" ? row.cursor : nil,
            timeMicroseconds: row.timeMicroseconds,
            isPlaceholder: row.isPlaceholder,
            coveredUntilMicroseconds: row.coveredUntilMicroseconds
        )
    }
}
