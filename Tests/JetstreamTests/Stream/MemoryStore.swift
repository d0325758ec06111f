import Synchronization
import Testing
import Texts

@testable import Jetstream

/// Keeps what the reader brings as the handler does in the database, but in memory.
final class MemoryStore: StreamKeeper {
    struct Contents: Sendable {
        var position: StreamPosition?
        var gaps: [StreamGap] = []
        /// How gaps were healed, by their number.
        var healed: [Int64: String] = [:]
        /// The events, in the order of their arrival.
        var keys: [String] = []
        var unreadable: [String] = []
        var duplicates = 0
        /// First positions that the reader stored.
        var beginnings: [StreamPosition] = []
        /// How often the queue was found to be full.
        var fullCount = 0
        fileprivate var known: Set<String> = []
    }

    enum Failure: Error {
        case unavailable
    }

    private let state: Mutex<Contents>
    private let failuresLeft: Atomic<Int>

    private let commitsInHour: Int

    /// Makes a store that fails the first calls of the reader, and tells of an hour with so many commits.
    init(position: StreamPosition? = nil, failures: Int = 0, commitsInHour: Int = 0) {
        self.commitsInHour = commitsInHour
        state = Mutex(Contents(position: position))
        failuresLeft = Atomic(failures)
    }

    var contents: Contents { state.withLock(\.self) }

    func position() throws -> StreamPosition? {
        if failuresLeft.load(ordering: .relaxed) > 0 {
            failuresLeft.subtract(1, ordering: .relaxed)
            throw Failure.unavailable
        }
        return contents.position
    }

    func begin(_ position: StreamPosition) throws {
        state.withLock { state in
            state.beginnings.append(position)
            state.position = position
        }
    }

    func record(_ gap: StreamGap) throws -> Int64 {
        state.withLock { state in
            state.gaps.append(gap)
            return Int64(state.gaps.count - 1)
        }
    }

    func extendGap(_ number: Int64, toMicroseconds: Int64) throws {
        state.withLock { $0.gaps[Int(number)].toMicroseconds = toMicroseconds }
    }

    func openGap(causedBy word: String) throws -> LoggedGap? { nil }

    func memory(before position: StreamPosition, askedWith subscription: Subscription) throws -> StreamMemory? {
        StreamMemory(commitsInLastHour: commitsInHour, newestMicroseconds: nil)
    }

    func noteFull() {
        state.withLock { $0.fullCount += 1 }
    }

    /// Stores what is new of a batch; returns how many that is, and what it holds of commits.
    func store(_ batch: MessageBatch, _ decoder: EventDecoder) -> (stored: Int, commits: SeenCommits) {
        let decoded = batch.withMessages { messages in messages.map { decoder.decode(Array($0.bytes)) } }
        let times = decoded.compactMap { $0.event?.timeMicroseconds }
        let commits = SeenCommits(
            count: times.count,
            newestMicroseconds: times.max(),
            latestMicroseconds: times.last
        )
        return state.withLock { state in
            let before = state.keys.count + state.unreadable.count
            for note in batch.notes { state.add(note) }
            for message in decoded { state.add(message, from: batch.source) }
            return (state.keys.count + state.unreadable.count - before, commits)
        }
    }
}

extension MemoryStore.Contents {
    fileprivate mutating func add(_ note: StreamNote) {
        switch note {
        case .gap(let gap): gaps.append(gap)
        case .healed(let number, let how): healed[number] = how
        }
    }

    fileprivate mutating func add(_ message: DecodedMessage, from source: StreamSource) {
        guard let event = message.event, let key = message.commit.map({ String($0.rkey) }) else {
            return unreadable.append(message.reason ?? "no commit")
        }
        guard known.insert(key).inserted else {
            duplicates += 1
            return
        }
        keys.append(key)
        let stored = position.flatMap { $0.isPlaceholder || $0.host != source.host ? nil : $0 }
        position = StreamPosition(
            host: source.host,
            wire: source.wire,
            seq: event.seq ?? stored?.seq,
            timeMicroseconds: max(event.timeMicroseconds, stored?.timeMicroseconds ?? .min),
            isPlaceholder: false,
            coveredUntilMicroseconds: nil
        )
    }
}

/// Takes batches from the queue and stores them, on an executor of its own as the handler does.
actor MemoryHandler {
    private let executor = QueueExecutor(label: "windsock.test.handler")
    private let store: MemoryStore
    private let queue: MessageQueue
    /// How fast it is; nil for as fast as can be.
    private let bytesPerSecond: Int?
    private let decoder = EventDecoder()

    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    init(_ store: MemoryStore, _ queue: MessageQueue, bytesPerSecond: Int? = nil) {
        self.store = store
        self.queue = queue
        self.bytesPerSecond = bytesPerSecond
    }

    /// Waits until the server has been faster, so that a machine under load does not make the handler the faster one.
    private func waitUntilFull(_ isSlow: @Sendable () -> Bool) async {
        try? await eventually { !queue.hasRoom() || queue.isFinished || !isSlow() }
    }

    /// Stores batches until the queue is finished, slowly while `isSlow` says so.
    func run(isSlow: @Sendable () -> Bool = { true }) async {
        while true {
            await queue.wait(forAtLeast: 1, until: .now + .seconds(1))
            if bytesPerSecond != nil, isSlow() { await waitUntilFull(isSlow) }
            if !queue.hasRoom() { store.noteFull() }
            guard let batch = queue.take() else {
                if queue.isFinished { return }
                continue
            }
            if let bytesPerSecond, isSlow() {
                // Not to wait for something: the time that a slow disk takes.
                try? await Task.sleep(for: .milliseconds(batch.byteCount * 1_000 / bytesPerSecond))
            }
            let (stored, commits) = store.store(batch, decoder)
            let duplicates = batch.count - stored
            queue.settle(
                count: batch.count,
                stored: stored,
                skipped: duplicates > 0 ? [.duplicate: duplicates] : [:],
                commits: commits
            )
        }
    }
}
