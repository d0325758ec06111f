import Store

/// A stretch of the stream in which events may have been missed, as `--json` prints it: a contract, fields are only ever
/// added.
struct GapReport: Encodable {
    let id: Int64
    let host: String
    let wire: String
    /// The last time that is known to be covered.
    let from: String
    /// The first time that is covered again.
    let to: String
    let cause: String
    let detectedAt: String
    /// When it was filled; left out while it is open.
    let healedAt: String?
    let healedHow: String?

    init(_ row: GapRow) {
        id = row.id
        host = row.host
        wire = row.wire
        from = UTCTimestamp.text(microseconds: row.fromMicroseconds)
        to = UTCTimestamp.text(microseconds: row.toMicroseconds)
        cause = row.cause
        detectedAt = UTCTimestamp.text(microseconds: row.detectedAtMicroseconds)
        healedAt = row.healedAtMicroseconds.map(UTCTimestamp.text)
        healedHow = row.healedHow
    }
}
