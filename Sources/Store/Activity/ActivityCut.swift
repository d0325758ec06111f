/// Which events a clean-up takes: from the oldest id on, up to the first that none of its reasons takes.
///
/// The one filter of deleting and of counting what would be deleted. What is `processing` is never taken.
package struct ActivityCut: Sendable, Equatable {
    /// Those received before this moment, in microseconds since the Unix epoch.
    package var receivedBeforeMicroseconds: Int64

    /// So many of them at least, whatever their age.
    package var rows: Int64 = 0

    /// So many that their payloads come to this many bytes, whatever their age.
    package var payloadBytes: Int64 = 0

    /// None beyond this id, whatever the reason.
    package var throughID: Int64 = .max

    /// Makes a cut of a moment, which takes whatever is older; of none unless that is given.
    package init(receivedBeforeMicroseconds: Int64 = .min) {
        self.receivedBeforeMicroseconds = receivedBeforeMicroseconds
    }

    /// All up to an id, such as ``ActivityRepository/newestID()`` before the first chunk; without it a running stream leads
    /// to no end.
    package static func everything(through id: Int64 = .max) -> ActivityCut {
        var cut = ActivityCut(receivedBeforeMicroseconds: .max)
        cut.throughID = id
        return cut
    }

    /// What has to go for a log to fit its limits.
    ///
    /// Of a limit that is passed a hundredth more goes, so that a log that stands at it is not cut at every tick.
    ///
    /// - Parameters:
    ///   - cutoffMicroseconds: Received before this, events go in any case.
    ///   - maximumRows: How many may stay; nil for any number. Those that are `processing` count as well.
    ///   - maximumPayloadBytes: How many bytes their payloads may have; nil for any number.
    ///   - totals: What is in the log.
    package init(
        receivedBeforeMicroseconds cutoffMicroseconds: Int64,
        maximumRows: Int64?,
        maximumPayloadBytes: Int64?,
        of totals: ActivityTotals
    ) {
        self.init(receivedBeforeMicroseconds: cutoffMicroseconds)
        rows = ActivityCut.excess(of: totals.rowsInLog, over: maximumRows)
        payloadBytes = ActivityCut.excess(of: totals.payloadBytes, over: maximumPayloadBytes)
    }

    private static func excess(of amount: Int64, over maximum: Int64?) -> Int64 {
        guard let maximum, amount > maximum else { return 0 }
        return amount - maximum + maximum / 100
    }

    /// Whether it takes nothing.
    package var isEmpty: Bool { receivedBeforeMicroseconds == .min && rows <= 0 && payloadBytes <= 0 }

    /// What is left of it for the next chunk.
    package func rest(after deletion: ActivityDeletion) -> ActivityCut {
        var rest = self
        rest.rows -= Int64(deletion.deletedRows)
        rest.payloadBytes -= deletion.deletedBytes
        return rest
    }

    /// Whether it takes the next event, behind what it took already.
    func takes(receivedAtMicroseconds: Int64, after deletion: ActivityDeletion) -> Bool {
        receivedAtMicroseconds < receivedBeforeMicroseconds || Int64(deletion.deletedRows) < rows
            || deletion.deletedBytes < payloadBytes
    }
}
