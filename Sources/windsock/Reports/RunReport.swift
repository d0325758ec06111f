import Foundation
import Ingest
import Jetstream
import Store

/// What the daemon says of its run: a contract, fields are only ever added.
struct RunReport: Encodable {
    /// What became of the messages of this run (invariant 5).
    struct Flow: Encodable {
        let received: Int
        let queued: Int
        let inHand: Int
        let stored: Int
        let skipped: [String: Int]
        let discarded: [String: Int]
        /// What is not accounted for: anything but 0 is a fault.
        let remainder: Int
    }

    struct Connection: Encodable {
        /// `connecting`, `connected`, `waiting` or `stopped`.
        let phase: String
        let host: String
        /// Since when the phase has lasted.
        let since: String
        /// Connections that were opened in this run.
        let connections: Int
        /// Why the last connection ended or could not be made.
        let lastError: String?
        let lastFrameAt: String?
        /// The hosts that are left alone now; left out when there are none.
        let resting: [Resting]?
    }

    struct Resting: Encodable {
        let host: String
        let until: String
        let reason: String
    }

    let processId: Int
    /// Whether it runs now; if not, everything here is as it was at `updatedAt`.
    let isRunning: Bool
    let startedAt: String
    let updatedAt: String
    /// Left out when another version wrote it.
    let flow: Flow?
    /// Left out when another version wrote it.
    let connection: Connection?
    /// What keeps the daemon from writing now (disk full, for example).
    let machineFault: String?

    /// Since when somebody's reading has kept the write-ahead log from being begun anew; left out when nobody's does.
    let logPinnedSince: String?

    /// - Parameters:
    ///   - row: What the daemon wrote into the database.
    ///   - holder: Who has the database now; nil when nobody has.
    ///   - nowMicroseconds: Since the Unix epoch.
    init(_ row: RunRow, holder: DatabaseLock.Holder?, nowMicroseconds: Int64) {
        let state = RunState(row)
        processId = row.processID
        isRunning = holder != nil
        startedAt = UTCTimestamp.text(microseconds: row.startedAtMicroseconds)
        updatedAt = UTCTimestamp.text(microseconds: row.updatedAtMicroseconds)
        flow = state.map { Flow($0.flow) }
        connection = state.map { Connection($0.connection, nowMicroseconds: nowMicroseconds) }
        // The database cannot hold the word that it cannot be written to.
        machineFault = holder.flatMap(\.fault) ?? (holder == nil ? nil : state?.machineFault)
        logPinnedSince = holder == nil ? nil : state?.logPinnedSinceMicroseconds.map(UTCTimestamp.text)
    }
}

extension RunReport.Flow {
    init(_ flow: FlowCounters) {
        self.init(
            received: flow.received,
            queued: flow.queued,
            inHand: flow.inHand,
            stored: flow.stored,
            skipped: Dictionary(uniqueKeysWithValues: flow.skipped.map { ($0.key.rawValue, $0.value) }),
            discarded: Dictionary(uniqueKeysWithValues: flow.discarded.map { ($0.key.rawValue, $0.value) }),
            remainder: flow.remainder
        )
    }
}

extension RunReport.Connection {
    init(_ connection: ConnectionStatus.Snapshot, nowMicroseconds: Int64) {
        let resting = (connection.resting ?? []).filter { $0.untilMicroseconds > nowMicroseconds }
        self.init(
            phase: connection.phase.rawValue,
            host: connection.host,
            since: UTCTimestamp.text(microseconds: connection.sinceMicroseconds),
            connections: connection.connections,
            lastError: connection.lastError,
            lastFrameAt: connection.lastFrameMicroseconds.map(UTCTimestamp.text),
            resting: resting.isEmpty ? nil : resting.map(RunReport.Resting.init)
        )
    }
}

extension RunReport.Resting {
    init(_ resting: ConnectionStatus.Snapshot.Resting) {
        self.init(
            host: resting.host,
            until: UTCTimestamp.text(microseconds: resting.untilMicroseconds),
            reason: resting.reason
        )
    }
}
