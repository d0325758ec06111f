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
    private let pinnedSince = Mutex<Int64?>(nil)
    private let onFault: @Sendable (String?) -> Void
    private let saved = Mutex<(state: RunState, at: ContinuousClock.Instant)?>(nil)

    /// How often batches write the state down: each time is a page more for the disk.
    private static let saveInterval: Duration = .seconds(1)

    /// Makes a journal; `onFault` is called with a fault of the machine when it begins, and with nil when it has passed,
    /// since the database cannot be told.
    init(
        queue: MessageQueue,
        connection: ConnectionStatus,
        clock: WallClock,
        onFault: @escaping @Sendable (String?) -> Void
    ) {
        self.onFault = onFault
        self.queue = queue
        self.connection = connection
        self.clock = clock
        startedAtMicroseconds = clock.now()
    }

    var state: RunState {
        RunState(
            flow: queue.counters,
            connection: connection.snapshot,
            machineFault: fault.withLock { $0 },
            logPinnedSinceMicroseconds: pinnedSince.withLock { $0 }
        )
    }

    /// Whether the state has changed since it was saved.
    var isNews: Bool { saved.withLock { $0?.state } != state }

    /// Writes the state down if that was long ago; the next quiet moment does it otherwise.
    func saveIfDue(_ db: Database) throws {
        let isDue = saved.withLock { $0.map { ContinuousClock.now - $0.at >= RunJournal.saveInterval } ?? true }
        if isDue { try save(db) }
    }

    /// Takes the state for not saved: the transaction that held it was rolled back.
    func forget() { saved.withLock { $0 = nil } }

    /// Takes note of a fault of the machine; false when one is noted already.
    func note(fault words: String) -> Bool {
        let isNew = fault.withLock { fault in
            defer { fault = words }
            return fault == nil
        }
        if isNew { onFault(words) }
        return isNew
    }

    /// Forgets the fault; false when there was none.
    func clearFault() -> Bool {
        let hadFault = fault.withLock { fault in
            defer { fault = nil }
            return fault != nil
        }
        if hadFault { onFault(nil) }
        return hadFault
    }

    /// Takes note of a reader that holds the write-ahead log since a time; of none with nil.
    func note(logPinnedSince microseconds: Int64?) { pinnedSince.withLock { $0 = microseconds } }

    func save(_ db: Database) throws {
        let state = state
        let text = String(decoding: try JSONEncoder().encode(state), as: UTF8.self)
        try RunRepository(db).save(
            processID: Int(ProcessInfo.processInfo.processIdentifier),
            startedAtMicroseconds: startedAtMicroseconds,
            updatedAtMicroseconds: clock.now(),
            stateJSON: text
        )
        saved.withLock { $0 = (state, .now) }
    }
}
