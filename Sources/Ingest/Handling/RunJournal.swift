import Foundation
import GRDB
import Jetstream
import Store
import Synchronization

/// Keeps what the run says of itself in the database, for other processes to show.
final class RunJournal: Sendable {
    private let queue: MessageQueue
    private let connection: ConnectionStatus
    private let clock: WallClock
    private let startedAtMicroseconds: Int64
    private let fault = Mutex<String?>(nil)
    private let saved = Mutex<RunState?>(nil)

    init(queue: MessageQueue, connection: ConnectionStatus, clock: WallClock) {
        self.queue = queue
        self.connection = connection
        self.clock = clock
        startedAtMicroseconds = clock.now()
    }

    var state: RunState {
        RunState(flow: queue.counters, connection: connection.snapshot, machineFault: fault.withLock { $0 })
    }

    /// Whether the state has changed since it was saved.
    var isNews: Bool { saved.withLock { $0 } != state }

    /// Takes note of a fault of the machine; false when one is noted already.
    func note(fault words: String) -> Bool {
        fault.withLock { fault in
            defer { fault = words }
            return fault == nil
        }
    }

    /// Forgets the fault; false when there was none.
    func clearFault() -> Bool {
        fault.withLock { fault in
            defer { fault = nil }
            return fault != nil
        }
    }

    func save(_ db: Database) throws {
        let state = state
        let text = String(decoding: try JSONEncoder().encode(state), as: UTF8.self)
        try RunRepository(db).save(
            processID: Int(ProcessInfo.processInfo.processIdentifier),
            startedAtMicroseconds: startedAtMicroseconds,
            updatedAtMicroseconds: clock.now(),
            stateJSON: text
        )
        saved.withLock { $0 = state }
    }
}
