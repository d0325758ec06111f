import Jetstream
import Store

/// Keeps positions and gaps in the database for the reader, which asks between two connections.
struct DatabaseKeeper: StreamKeeper {
    let store: Store
    let clock: WallClock

    func position() throws -> StreamPosition? {
        try store.read { db in try CursorRepository(db).newest().map(StreamPosition.init) }
    }

    func begin(_ position: StreamPosition) throws {
        try store.write { db in try CursorRepository(db).save(position.row(updatedAtMicroseconds: clock.now())) }
    }

    func record(_ gap: StreamGap) throws -> Int64 {
        try store.write { db in
            try GapRepository(db).record(
                host: gap.host,
                wire: gap.wire.rawValue,
                fromMicroseconds: gap.fromMicroseconds,
                toMicroseconds: gap.toMicroseconds,
                cause: gap.cause,
                detectedAtMicroseconds: clock.now()
            )
        }
    }

    func extendGap(_ number: Int64, toMicroseconds: Int64) throws {
        try store.write { db in try GapRepository(db).extend(number, toMicroseconds: toMicroseconds) }
    }
}
