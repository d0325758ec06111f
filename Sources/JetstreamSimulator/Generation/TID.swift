/// A timestamp identifier: 53 bits of microseconds and 10 bits of clock, as 13 characters that sort by time.
///
/// Source: https://atproto.com/specs/tid
enum TID {
    static let characters = 13

    /// The identifier of a moment.
    ///
    /// - Parameters:
    ///   - microseconds: microseconds since the Unix epoch; the low 53 bits count.
    ///   - clock: the low 10 bits tell writers with equal times apart.
    /// - Returns: 13 characters that sort by time.
    static func string(microseconds: Int64, clock: UInt64) -> String {
        let time = UInt64(truncatingIfNeeded: microseconds) & (1 << 53 - 1)
        return Base32.encode(time << 10 | clock & 1_023, characters: characters, alphabet: Base32.sortable)
    }
}
