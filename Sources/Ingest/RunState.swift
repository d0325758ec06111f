import Foundation
package import Jetstream
package import Store

/// What the running daemon says of itself: kept in the database as JSON, so that `windsock status` can show it from
/// another process.
package struct RunState: Sendable, Equatable, Codable {
    /// The sums of invariant 5.
    package var flow: FlowCounters
    package var connection: ConnectionStatus.Snapshot
    /// The fault of the machine (disk full, I/O error, busy) that holds the writer up now; nil when none does.
    package var machineFault: String?

    /// Since when a reader has kept the write-ahead log from being begun anew, in microseconds since the Unix epoch; nil
    /// when none does.
    package var logPinnedSinceMicroseconds: Int64?

    package init(
        flow: FlowCounters,
        connection: ConnectionStatus.Snapshot,
        machineFault: String?,
        logPinnedSinceMicroseconds: Int64? = nil
    ) {
        self.flow = flow
        self.connection = connection
        self.machineFault = machineFault
        self.logPinnedSinceMicroseconds = logPinnedSinceMicroseconds
    }

    /// Reads what a run wrote down; nil when there was none, or it was of another version.
    package init?(_ row: RunRow?) {
        guard let row, let state = try? JSONDecoder().decode(RunState.self, from: Data(row.stateJSON.utf8)) else {
            return nil
        }
        self = state
    }
}
