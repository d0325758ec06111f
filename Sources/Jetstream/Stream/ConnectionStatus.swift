import Synchronization

/// What the reader is doing, for people to see: written by the reader, read by anyone.
package final class ConnectionStatus: Sendable {
    package struct Snapshot: Sendable, Equatable, Codable {
        package enum Phase: String, Sendable, Codable {
            case connecting
            case connected
            /// Between two connections.
            case waiting
            case stopped
        }

        /// A host that is left alone.
        package struct Resting: Sendable, Equatable, Codable {
            package var host: String
            /// In microseconds since the Unix epoch.
            package var untilMicroseconds: Int64
            /// In words for an operator: of the server, where it gave any.
            package var reason: String
        }

        package var phase = Phase.connecting
        package var host = ""
        /// Since when the phase has lasted, in microseconds since the Unix epoch.
        package var sinceMicroseconds: Int64 = 0
        /// Connections that were opened since the program started.
        package var connections = 0
        /// Why the last connection ended or could not be made; nil when none has.
        package var lastError: String?
        /// The fingerprint of the filters in force; nil before the first connection.
        package var filters: String?
        /// The hosts that are left alone for a while, in the order of the configuration; nil when there are none.
        package var resting: [Resting]?
        /// When the last frame of any kind came, in microseconds since the Unix epoch; nil before the first one.
        package var lastFrameMicroseconds: Int64?
    }

    private let state = Mutex(Snapshot())

    package init() {}

    package var snapshot: Snapshot { state.withLock { $0 } }

    func update(_ change: (inout Snapshot) -> Void) {
        state.withLock { change(&$0) }
    }

    /// Notes a phase and when it began; nothing changes when it lasts already.
    func enter(_ phase: Snapshot.Phase, atMicroseconds: Int64) {
        update { snapshot in
            guard snapshot.phase != phase || snapshot.sinceMicroseconds == 0 else { return }
            snapshot.phase = phase
            snapshot.sinceMicroseconds = atMicroseconds
        }
    }
}
