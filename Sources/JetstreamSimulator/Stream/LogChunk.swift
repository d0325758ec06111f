import NIOCore

/// What cursors and filters need to know of one message in the log.
struct LogEntry: Sendable {
    /// Where the message's frame ends in the chunk.
    let end: Int
    let payloadBytes: Int
    let timeMicroseconds: Int64
    let sequence: Int64
    let did: NameTable.Identifier?
    let collection: NameTable.Identifier?
    let kind: StreamMessage.Kind
}

/// A run of messages as the bytes of their frames, with an index; a value, so that a reader's copy never changes.
struct LogChunk: Sendable {
    /// How many bytes a chunk gathers before the next one is begun: as much as is written to a socket at once.
    static let targetBytes = 262_144

    let firstPosition: Int
    private(set) var frames = ByteBuffer()
    private(set) var entries: [LogEntry] = []
    private(set) var largestPayloadBytes = 0
    private(set) var latestTimeMicroseconds = Int64.min
    private(set) var latestSequence = Int64.min
    private(set) var holdsInjected = false

    init(firstPosition: Int) {
        self.firstPosition = firstPosition
    }

    var endPosition: Int { firstPosition + entries.count }

    mutating func append(
        _ message: StreamMessage,
        timeMicroseconds: Int64,
        sequence: Int64,
        did: NameTable.Identifier?,
        collection: NameTable.Identifier?
    ) {
        let start = frames.writerIndex
        let payloadBytes = write(message.payload)
        entries.append(
            LogEntry(
                end: frames.writerIndex,
                payloadBytes: payloadBytes ?? frames.writerIndex - start,
                timeMicroseconds: timeMicroseconds,
                sequence: sequence,
                did: did,
                collection: collection,
                kind: message.kind
            )
        )
        if let payloadBytes {
            largestPayloadBytes = max(largestPayloadBytes, payloadBytes)
        }
        latestTimeMicroseconds = max(latestTimeMicroseconds, timeMicroseconds)
        latestSequence = max(latestSequence, sequence)
        holdsInjected = holdsInjected || message.kind == .injected
    }

    /// Writes the frame and returns the size of its payload, nil where the frame came ready-made.
    private mutating func write(_ payload: StreamMessage.Payload) -> Int? {
        switch payload {
        case .text(let text):
            let count = text.utf8.count
            FrameText.writeHeader(payloadBytes: count, into: &frames)
            frames.writeString(text)
            return count
        case .bytes(let bytes):
            FrameText.writeHeader(payloadBytes: bytes.count, into: &frames)
            frames.writeBytes(bytes)
            return bytes.count
        case .frame(let frame):
            frames.writeBytes(frame)
            return nil
        }
    }

    /// The frames of a run of entries, without a copy.
    func slice(_ range: Range<Int>) -> ByteBuffer {
        let start = self.start(of: range.lowerBound)
        let end = range.isEmpty ? start : entries[range.upperBound - 1].end
        guard let slice = frames.getSlice(at: start, length: end - start) else {
            preconditionFailure("the index of a chunk points outside of it")
        }
        return slice
    }

    /// The payload of an event, without its frame.
    func payload(at index: Int) -> ByteBuffer {
        var frame = slice(index..<index + 1)
        frame.moveReaderIndex(forwardBy: FrameText.headerBytes(payloadBytes: entries[index].payloadBytes))
        return frame
    }

    private func start(of index: Int) -> Int {
        index == 0 ? 0 : entries[index - 1].end
    }
}
