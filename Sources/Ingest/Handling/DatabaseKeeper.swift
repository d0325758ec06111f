import Jetstream
import Store

/// Keeps positions and gaps in the database for the reader, which asks between two connections.
struct DatabaseKeeper: StreamKeeper {
    let store: Store
    let clock: WallClock
    /// The fingerprint of the filters with which the log was filled last; nil when that is not known.
    var filtersBefore: String?

    func position() throws -> StreamPosition? {
        try store.read { db in try CursorRepository(db).newest().map(StreamPosition.init) }
    }

    func begin(_ position: StreamPosition) throws {
        try store.write { db in try CursorRepository(db).save(position.row(updatedAtMicroseconds: clock.now())) }
    }

    func record(_ gap: StreamGap) throws -> Int64 {
        try store.write { db in try GapLedger(clock: clock).record(gap, db) }
    }

    func extendGap(_ number: Int64, toMicroseconds: Int64) throws {
        try store.write { db in try GapRepository(db).extend(number, toMicroseconds: toMicroseconds) }
    }

    func openGap(causedBy word: String) throws -> LoggedGap? {
        try store.read { db in
            try GapRepository(db).newestOpen(causedBy: word).map { LoggedGap(number: $0.id, gap: StreamGap($0)) }
        }
    }

    func memory(before position: StreamPosition, askedWith subscription: Subscription) throws -> StreamMemory? {
        guard subscription.fingerprint == filtersBefore else { return nil }
        let time = position.timeMicroseconds
        return try store.read { db in
            StreamMemory(
                commitsInLastHour: try CounterRepository(db)
                    .commits(fromMinute: time / 60_000_000 - 60, toMinute: time / 60_000_000),
                newestMicroseconds: try ActivityRepository(db).newestCommitMicroseconds(noLaterThan: time)
            )
        }
    }
}
