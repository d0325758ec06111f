import GRDB
import Jetstream
import Store

/// Writes down what may be missing of the stream, and what has been read again (invariant 8).
struct GapLedger {
    let clock: WallClock

    /// Writes what the reader noted, in the transaction that the batch behind it is stored in.
    func write(_ notes: [StreamNote], _ db: Database) throws {
        for note in notes {
            switch note {
            case .gap(let gap): _ = try record(gap, db)
            case .healed(let number, let how):
                try GapRepository(db).heal(number, atMicroseconds: clock.now(), how: how)
            }
        }
    }

    /// Writes a gap down, and returns its number.
    func record(_ gap: StreamGap, _ db: Database) throws -> Int64 {
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

extension StreamGap {
    /// Reads a row; of a wire that only a later version of this program knows, v1 is taken.
    init(_ row: GapRow) {
        self.init(
            host: row.host,
            wire: JetstreamWire(rawValue: row.wire) ?? .v1,
            fromMicroseconds: row.fromMicroseconds,
            toMicroseconds: row.toMicroseconds,
            cause: row.cause
        )
    }
}
