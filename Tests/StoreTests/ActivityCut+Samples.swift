@testable import Store

extension ActivityCut {
    /// A cut by bytes alone.
    static func payloadBytes(_ bytes: Int64) -> ActivityCut {
        var cut = ActivityCut()
        cut.payloadBytes = bytes
        return cut
    }

    /// A cut by rows alone.
    static func rows(_ rows: Int64) -> ActivityCut {
        var cut = ActivityCut()
        cut.rows = rows
        return cut
    }
}
