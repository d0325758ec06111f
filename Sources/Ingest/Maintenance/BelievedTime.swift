/// What time it is, as far as old events may be deleted by it: a clock that jumps ahead is not believed before it has stood
/// for a while.
///
/// One that is put back is believed at once, since fewer events are old by it. Pure: the wall clock's time and that of one
/// that never jumps go in.
struct BelievedTime: Sendable {
    /// What a look at the clock has shown.
    enum Finding: Sendable, Equatable {
        case usual
        /// It has jumped by so much since it was last believed.
        case jumped(by: Duration)
        /// After a jump it has stood for long enough.
        case believedAgain
    }

    private struct Doubt {
        /// Where the wall clock's time lies before the other's, in microseconds.
        var offset: Int64
        var since: Duration
    }

    /// A clock that is set right by less than this has not jumped; so much too early an event may go.
    static let slackMicroseconds: Int64 = 300 * 1_000_000

    private let settlingTime: Duration
    /// The last time that was believed, and when that was by the clock that never jumps.
    private var believed: (microseconds: Int64, at: Duration)
    private var doubt: Doubt?

    /// Begins with what was known before.
    ///
    /// - Parameters:
    ///   - microseconds: the last time that is known to have been, since the Unix epoch.
    ///   - progress: the time by a clock that never jumps.
    ///   - settlingTime: for how long another time has to stand before it is believed.
    init(_ microseconds: Int64, at progress: Duration, settlingTime: Duration) {
        believed = (microseconds, progress)
        self.settlingTime = settlingTime
    }

    /// Looks at the clock.
    ///
    /// - Parameters:
    ///   - wall: the wall clock's time, since the Unix epoch.
    ///   - progress: the time by a clock that never jumps.
    /// - Returns: the wall clock's time, or the earlier one that it should be; and what is to be said of it, once.
    mutating func look(_ wall: Int64, at progress: Duration) -> (microseconds: Int64, finding: Finding) {
        let expected = believed.microseconds + (progress - believed.at).microseconds
        guard wall > expected + BelievedTime.slackMicroseconds else {
            (believed, doubt) = ((wall, progress), nil)
            let isFar = wall < expected - BelievedTime.slackMicroseconds
            return (wall, isFar ? .jumped(by: .microseconds(wall - expected)) : .usual)
        }
        let offset = wall - progress.microseconds
        guard let known = doubt, abs(known.offset - offset) <= BelievedTime.slackMicroseconds else {
            doubt = Doubt(offset: offset, since: progress)
            return (expected, .jumped(by: .microseconds(wall - expected)))
        }
        guard progress - known.since >= settlingTime else { return (expected, .usual) }
        (believed, doubt) = ((wall, progress), nil)
        return (wall, .believedAgain)
    }
}
