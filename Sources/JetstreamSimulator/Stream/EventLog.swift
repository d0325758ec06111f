import NIOCore
import Synchronization

/// The stream that all connections read: an append-only log of frames, bounded in bytes in live mode.
final class EventLog: Sendable {
    /// What one read brought.
    struct Batch {
        /// Whole frames; empty when everything that was examined was filtered out.
        let frames: ByteBuffer
        let nextPosition: Int
        /// The events among them; injected messages do not count.
        let sent: EventSpan
        /// The events that a blind connection wanted and did not get.
        var withheld = EventSpan()

        var events: Int { sent.count }
    }

    private struct State {
        var chunks: [LogChunk] = []
        var bytes = 0
        var latestTimeMicroseconds: Int64 = 0
        var latestSequence: Int64 = 0
        var latestNumber: Int64 = 0
        /// The position of the first message since the numbers began.
        var basePosition = 0
        /// Where the next chunk begins.
        var nextPosition = 0
    }

    let names = NameTable()
    private let limitBytes: Int
    private let journal: StreamJournal?
    private let state = Mutex(State())

    /// An empty log.
    ///
    /// - Parameters:
    ///   - limitBytes: how many bytes of frames are kept; the oldest chunk goes when there are more.
    ///   - journal: where everything is written down as well.
    init(limitBytes: Int, journal: StreamJournal? = nil) {
        self.limitBytes = limitBytes
        self.journal = journal
    }

    /// The position after the last message.
    var tip: Int { state.withLock { $0.nextPosition } }

    /// The position of the oldest message that is still there.
    var beginning: Int { state.withLock { $0.chunks.first?.firstPosition ?? $0.nextPosition } }

    /// Whether older messages than the oldest are gone, other than by a reset.
    var isTrimmed: Bool { state.withLock { $0.chunks.first.map(\.firstPosition) ?? 0 > $0.basePosition } }

    /// Whether any event had a `cursor`.
    var hasSequences: Bool { state.withLock { $0.latestSequence > 0 } }

    /// Puts a message at the end; one without time or sequence takes those of the message before it.
    func append(_ message: StreamMessage) {
        let did = message.did.map(names.identifier(of:))
        let collection = message.collection.map(names.identifier(of:))
        state.withLock { state in
            state.latestTimeMicroseconds = message.timeMicroseconds ?? state.latestTimeMicroseconds
            state.latestSequence = message.sequence ?? state.latestSequence
            if !message.kind.isInjected {
                state.latestNumber = message.sequence ?? state.latestNumber + 1
            }
            journal?.add(message, number: state.latestNumber, timeMicroseconds: state.latestTimeMicroseconds)
            if state.chunks.last.map({ $0.frames.writerIndex >= LogChunk.targetBytes }) ?? true {
                state.chunks.append(LogChunk(firstPosition: state.nextPosition))
            }
            let last = state.chunks.count - 1
            let before = state.chunks[last].frames.writerIndex
            state.chunks[last].append(
                message,
                timeMicroseconds: state.latestTimeMicroseconds,
                sequence: state.latestSequence,
                number: state.latestNumber,
                did: did,
                collection: collection
            )
            state.nextPosition = state.chunks[last].endPosition
            state.bytes += state.chunks[last].frames.writerIndex - before
            while state.bytes > limitBytes, state.chunks.count > 1 {
                state.bytes -= state.chunks.removeFirst().frames.writerIndex
            }
        }
    }

    /// Forgets everything, and begins to number from 1; positions go on, so that no reader reads anything twice.
    func reset() {
        state.withLock { state in
            journal?.addReset()
            state.chunks = []
            state.bytes = 0
            state.latestSequence = 0
            state.latestNumber = 0
            state.basePosition = state.nextPosition
        }
    }

    /// What is known of the message at a position, nil if there is none.
    func entry(at position: Int) -> LogEntry? {
        guard let chunk = chunk(at: position) else { return nil }
        return chunk.entries[max(0, position - chunk.firstPosition)]
    }

    /// The first message, in the order of the stream, whose time is not before the given one; nil if there is none.
    func position(notBeforeMicroseconds time: Int64) -> Int? {
        position(latest: { $0.latestTimeMicroseconds >= time }, matches: { $0.timeMicroseconds >= time })
    }

    /// The first message, in the order of the stream, whose `cursor` is not before the given one; nil if there is none.
    func position(notBeforeSequence sequence: Int64) -> Int? {
        position(latest: { $0.latestSequence >= sequence }, matches: { $0.sequence >= sequence })
    }

    /// The first message, in the order of the stream, whose number on the second wire is not before the given one.
    func position(notBeforeNumber number: Int64) -> Int? {
        position(latest: { $0.latestNumber >= number }, matches: { $0.number >= number })
    }

    private func position(latest: (LogChunk) -> Bool, matches: (LogEntry) -> Bool) -> Int? {
        let chunk = state.withLock { $0.chunks.first(where: latest) }
        guard let chunk, let index = chunk.entries.firstIndex(where: matches) else { return nil }
        return chunk.firstPosition + index
    }

    /// Reads on from a position, at most to the end of a chunk; nil at the end of the log.
    ///
    /// A position that is no longer there stands for the oldest message, as on the real server.
    ///
    /// - Parameters:
    ///   - position: where to read on.
    ///   - mostMessages: how many messages may be examined.
    ///   - mostEvents: how many events may be among the frames.
    ///   - filter: what the connection wants.
    ///   - renderer: what makes the connection's frames, nil for those of the log.
    /// - Returns: what was read, which may be nothing but a new position.
    func read(
        from position: Int,
        mostMessages: Int,
        mostEvents: Int,
        filter: inout StreamFilter,
        renderer: FrameRenderer? = nil
    ) -> Batch? {
        guard let chunk = chunk(at: position) else { return nil }
        let start = max(0, position - chunk.firstPosition)
        if renderer?.isIdentity ?? true, filter.passesAll(of: chunk) {
            let end = start + min(chunk.entries.count - start, mostMessages, mostEvents)
            return Batch(
                frames: chunk.slice(start..<end),
                nextPosition: chunk.firstPosition + end,
                sent: EventSpan(of: chunk.entries[start..<end])
            )
        }
        let end = start + min(chunk.entries.count - start, mostMessages)
        return select(from: chunk, start..<end, mostEvents: mostEvents, filter: &filter, renderer: renderer)
    }

    private func select(
        from chunk: LogChunk,
        _ range: Range<Int>,
        mostEvents: Int,
        filter: inout StreamFilter,
        renderer: FrameRenderer?
    ) -> Batch {
        var frames = ByteBuffer()
        var sent = EventSpan()
        var withheld = EventSpan()
        var index = range.lowerBound
        while index < range.upperBound {
            let entry = chunk.entries[index]
            switch filter.verdict(on: entry, names: names) {
            case .skip: break
            case .withhold: withheld.add(entry)
            case .send:
                guard entry.kind.isInjected || sent.count < mostEvents else {
                    return Batch(
                        frames: frames,
                        nextPosition: chunk.firstPosition + index,
                        sent: sent,
                        withheld: withheld
                    )
                }
                if chunk.append(index, to: &frames, by: renderer), !entry.kind.isInjected {
                    sent.add(entry)
                }
            }
            index += 1
        }
        return Batch(frames: frames, nextPosition: chunk.firstPosition + index, sent: sent, withheld: withheld)
    }

    private func chunk(at position: Int) -> LogChunk? {
        state.withLock { state in
            guard let last = state.chunks.last, position < last.endPosition else { return nil }
            var low = 0
            var high = state.chunks.count - 1
            while low < high {
                let middle = (low + high) / 2
                if state.chunks[middle].endPosition <= position {
                    low = middle + 1
                } else {
                    high = middle
                }
            }
            return state.chunks[low]
        }
    }

    /// All events that are kept, as their texts.
    func events() -> [String] {
        state.withLock(\.chunks).flatMap { chunk in
            chunk.entries.indices.compactMap { index in
                chunk.entries[index].kind.isInjected ? nil : String(buffer: chunk.payload(at: index))
            }
        }
    }
}
