/// What a simulated server has counted since it started.
package struct SimulatorStatistics: Sendable, Equatable {
    package var connectionsOpened = 0
    package var connectionsOpen = 0
    package var eventsSent = 0
    package var pingsSent = 0
    package var pongsReceived = 0
    /// Connections that were cut because the pong did not come in time.
    package var pongTimeouts = 0
    /// Connections that were cut on purpose.
    package var drops = 0
    /// Requests that were refused before the upgrade.
    package var refusals = 0
    /// Requests for a dictionary.
    package var dictionaryRequests = 0
    /// The options updates that came and were taken, as they came.
    package var optionsUpdates: [String] = []
    /// Faults of all kinds that happened, by what the ledger calls them.
    package var faults: [String] = []
    /// The cursor of each connection as it stood in the query, in order; nil where there was none.
    package var cursors: [String?] = []
    /// The most bytes that ever waited in the process for one connection to take them.
    package var mostPendingBytes = 0
}
