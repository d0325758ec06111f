@preconcurrency import Dispatch
import Synchronization

/// The queue between socket and database, bounded in bytes.
///
/// The reader asks for room before each message, so nothing is ever dropped from a full queue, and one message at its
/// limit is the most by which it can exceed its capacity. It also keeps the sums of invariant 5, so that a message moves
/// from one to the next in a single step.
package final class MessageQueue: Sendable {
    /// When a batch is closed and the next begun: about what one commit should hold.
    package static let batchMessageLimit = 3_000
    package static let batchByteLimit = 2 * 1024 * 1024
    /// Nearly two whole batches: with the one that is written and the one that is read ahead, as much as keeps the writer
    /// busy; and one message at its limit leaves no room for another.
    package static let usualCapacityBytes = 2 * batchByteLimit - 256 * 1024

    fileprivate struct State {
        var batches: [MessageBatch] = []
        var bytes = 0
        var counters = FlowCounters()
        var isFinished = false
        var readerWaits = false
        var lastProgress = ContinuousClock.now
        var coverage: StreamCoverage?
        var notes: [StreamNote] = []
        var seen = SeenCommits()
        var consumer: Waiter?
        var consumerNumber = 0
        var drainWaiters: [CheckedContinuation<Void, Never>] = []

        var isDrained: Bool { counters.queued == 0 && counters.inHand == 0 }
    }

    fileprivate struct Waiter {
        var number: Int
        var count: Int
        var continuation: CheckedContinuation<Void, Never>
    }

    package let capacityBytes: Int
    private let state = Mutex(State())
    private let onRoom: @Sendable () -> Void

    /// Makes an empty queue.
    ///
    /// - Parameters:
    ///   - capacityBytes: what it holds before the reader has to wait.
    ///   - onRoom: called, from any thread, when a reader that found no room may look again.
    package init(capacityBytes: Int = usualCapacityBytes, onRoom: @escaping @Sendable () -> Void) {
        self.capacityBytes = capacityBytes
        self.onRoom = onRoom
    }

    package var counters: FlowCounters { state.withLock { $0.counters } }

    /// Whether no more will come.
    package var isFinished: Bool { state.withLock { $0.isFinished } }
}

/// The reader's side.
extension MessageQueue {
    /// Whether the reader may read another chunk.
    ///
    /// When not, `onRoom` is called once there is room.
    package func hasRoom() -> Bool {
        state.withLock { state in
            state.readerWaits = state.bytes >= capacityBytes
            return !state.readerWaits
        }
    }

    /// When the handler last got on: took a batch, or finished a part of its work.
    package var lastProgress: ContinuousClock.Instant { state.withLock { $0.lastProgress } }

    /// Adds a complete message.
    ///
    /// After `finish` it is counted as discarded.
    package func put(
        _ message: UnsafeRawBufferPointer,
        isText: Bool,
        receivedAtMicroseconds: Int64,
        from source: StreamSource
    ) {
        let waiter = state.withLock { state -> Waiter? in
            state.counters.received += 1
            guard !state.isFinished else {
                state.counters.discarded[.stop, default: 0] += 1
                return nil
            }
            if !state.canExtend(with: message.count, from: source) { state.beginBatch(from: source) }
            state.batches[state.batches.count - 1]
                .append(message, isText: isText, receivedAtMicroseconds: receivedAtMicroseconds)
            state.bytes += message.count + MessageBatch.bytesPerMessage
            state.counters.queued += 1
            return state.takeWaiterIfReady()
        }
        waiter?.continuation.resume()
    }

    /// Counts a message that is no event and was understood.
    func skip(_ reason: FlowCounters.SkipReason) {
        state.withLock { state in
            state.counters.received += 1
            state.counters.skipped[reason, default: 0] += 1
        }
    }

    /// Counts a message that comes again, since what it came over is given up.
    func discardUnread(_ reason: FlowCounters.DiscardReason) {
        state.withLock { state in
            state.counters.received += 1
            state.counters.discarded[reason, default: 0] += 1
        }
    }

    /// Has something written down with the next message that is put.
    func note(_ note: StreamNote) {
        state.withLock { $0.notes.append(note) }
    }

    /// What the handler has seen of the commits that were asked for.
    var seenCommits: SeenCommits { state.withLock { $0.seen } }

    /// Notes that a connection has just delivered everything that its server had sent; nil when it has ended.
    package func noteCoverage(_ coverage: StreamCoverage?) {
        // After the end what is let go is not covered.
        state.withLock { if !$0.isFinished { $0.coverage = coverage } }
    }

    /// Whether everything that was put has been settled.
    var isDrained: Bool { state.withLock { $0.isDrained } }

    /// Waits until everything that was put has been settled.
    package func drained() async {
        await withCheckedContinuation { continuation in
            let isDrained = state.withLock { state in
                if !state.isDrained { state.drainWaiters.append(continuation) }
                return state.isDrained
            }
            if isDrained { continuation.resume() }
        }
    }

    /// Ends the queue: what waits in it is let go, and the handler is told once it has settled what it holds.
    package func finish() {
        let (waiter, drained) = state.withLock { state in
            state.isFinished = true
            if state.counters.queued > 0 {
                state.counters.discarded[.stop, default: 0] += state.counters.queued
                state.coverage = nil
            }
            state.counters.queued = 0
            state.batches = []
            state.bytes = 0
            defer { state.consumer = nil }
            return (state.consumer, state.takeDrainWaiters())
        }
        waiter?.continuation.resume()
        for waiter in drained { waiter.resume() }
    }
}

/// The handler's side: one at a time.
extension MessageQueue {
    /// Waits until `count` messages are there, the deadline has passed, or the queue is finished.
    package func wait(forAtLeast count: Int, until deadline: ContinuousClock.Instant) async {
        let number = state.withLock { state in
            state.consumerNumber += 1
            return state.consumerNumber
        }
        let delay = max(.zero, deadline - .now)
        let (seconds, attoseconds) = delay.components
        let nanoseconds = Int(seconds) * 1_000_000_000 + Int(attoseconds / 1_000_000_000)
        await withCheckedContinuation { continuation in
            let waiter = state.withLock { state -> Waiter? in
                state.consumer = Waiter(number: number, count: count, continuation: continuation)
                return state.takeWaiterIfReady()
            }
            if let waiter { return waiter.continuation.resume() }
            DispatchQueue.global().asyncAfter(deadline: .now() + .nanoseconds(nanoseconds)) { [self] in
                wake(number)
            }
        }
    }

    /// Takes the oldest batch; nil when the queue is empty.
    ///
    /// It stays in hand until it is settled.
    package func take() -> MessageBatch? {
        take { !$0.batches.isEmpty }
    }

    /// Takes the oldest batch if it is closed, so that waiting would not make it larger; else nil.
    package func takeWhole() -> MessageBatch? {
        take { $0.batches.count > 1 }
    }

    private func take(if isReady: (State) -> Bool) -> MessageBatch? {
        let (batch, readerWaits) = state.withLock { state -> (MessageBatch?, Bool) in
            guard isReady(state) else { return (nil, false) }
            let batch = state.batches.removeFirst()
            state.bytes -= batch.byteCount
            state.counters.queued -= batch.count
            state.counters.inHand += batch.count
            state.lastProgress = .now
            defer { state.readerWaits = false }
            return (batch, state.readerWaits)
        }
        if readerWaits { onRoom() }
        return batch
    }

    /// Says what became of a batch that was taken.
    ///
    /// - Parameters:
    ///   - count: how many messages the batch held.
    ///   - stored: how many became new rows of the log.
    ///   - skipped: how many did not, and why.
    ///   - commits: what it held of the commits that were asked for, new or not.
    package func settle(
        count: Int,
        stored: Int,
        skipped: [FlowCounters.SkipReason: Int],
        commits: SeenCommits = SeenCommits()
    ) {
        leaveHand(count) { state in
            state.counters.stored += stored
            state.counters.skipped.merge(skipped, uniquingKeysWith: +)
            state.seen.add(commits)
        }
    }

    /// Notes that the handler got on, so that a slow one is not taken for a stuck one.
    package func noteProgress() {
        state.withLock { $0.lastProgress = .now }
    }

    /// Lets a batch go that could not be stored.
    package func discard(count: Int, _ reason: FlowCounters.DiscardReason) {
        leaveHand(count) { state in
            state.counters.discarded[reason, default: 0] += count
            state.coverage = nil
        }
    }

    /// What the connection has covered; nil while there is none, or something of it is still to be stored.
    package func coverage() -> StreamCoverage? {
        state.withLock { $0.isDrained ? $0.coverage : nil }
    }

    private func leaveHand(_ count: Int, _ change: (inout State) -> Void) {
        let drained = state.withLock { state in
            state.counters.inHand -= count
            state.lastProgress = .now
            change(&state)
            return state.takeDrainWaiters()
        }
        for waiter in drained { waiter.resume() }
    }

    private func wake(_ number: Int) {
        let waiter = state.withLock { state -> Waiter? in
            guard state.consumer?.number == number else { return nil }
            defer { state.consumer = nil }
            return state.consumer
        }
        waiter?.continuation.resume()
    }
}

extension MessageQueue.State {
    fileprivate func canExtend(with bytes: Int, from source: StreamSource) -> Bool {
        guard let last = batches.last, last.source == source, notes.isEmpty else { return false }
        return last.count < MessageQueue.batchMessageLimit && last.byteCount + bytes <= MessageQueue.batchByteLimit
    }

    fileprivate mutating func beginBatch(from source: StreamSource) {
        // One that follows another is of a backlog, and will be full.
        let capacity = batches.isEmpty ? 0 : MessageQueue.batchByteLimit
        batches.append(MessageBatch(source: source, notes: notes, capacityBytes: capacity))
        notes = []
    }

    fileprivate mutating func takeWaiterIfReady() -> MessageQueue.Waiter? {
        // A batch that is closed is enough, however few messages it holds.
        guard let waiter = consumer, counters.queued >= waiter.count || batches.count > 1 || isFinished else {
            return nil
        }
        consumer = nil
        return waiter
    }

    fileprivate mutating func takeDrainWaiters() -> [CheckedContinuation<Void, Never>] {
        guard isDrained else { return [] }
        defer { drainWaiters = [] }
        return drainWaiters
    }
}
