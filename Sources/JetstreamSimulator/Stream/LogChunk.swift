import NIOCore

/// What cursors and filters need to know of one message in the log.
struct LogEntry: Sendable {
    /// Where the message's frame ends in the chunk.
    let end: Int
    let payloadBytes: Int
    let timeMicroseconds: Int64
    /// The message's `cursor`, or that of the one before it; 0 where there was none.
    let sequence: Int64
    /// What the second wire calls `seq`: the `cursor`, and where events have none, how many there were until this one.
    let number: Int64
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
    private(set) var latestNumber = Int64.min
    /// Whether something is in it that the first wire does not carry as it stands here.
    private(set) var holdsExceptions = false

    init(firstPosition: Int) {
        self.firstPosition = firstPosition
    }

    var endPosition: Int { firstPosition + entries.count }

    mutating func append(
        _ message: StreamMessage,
        timeMicroseconds: Int64,
        sequence: Int64,
        number: Int64,
        did: NameTable.Identifier?,
        collection: NameTable.Identifier?
    ) {
        let payloadBytes = write(message.payload, first: message.kind.firstByte)
        entries.append(
            LogEntry(
                end: frames.writerIndex,
                payloadBytes: payloadBytes,
                timeMicroseconds: timeMicroseconds,
                sequence: sequence,
                number: number,
                did: did,
                collection: collection,
                kind: message.kind
            )
        )
        largestPayloadBytes = max(largestPayloadBytes, payloadBytes)
        latestTimeMicroseconds = max(latestTimeMicroseconds, timeMicroseconds)
        latestSequence = max(latestSequence, sequence)
        latestNumber = max(latestNumber, number)
        holdsExceptions = holdsExceptions || message.kind.isInjected || message.kind.isSync
    }

    /// Writes the frame and returns the size of its payload.
    private mutating func write(_ payload: StreamMessage.Payload, first: UInt8) -> Int {
        switch payload {
        case .text(let text):
            let count = text.utf8.count
            FrameText.writeHeader(payloadBytes: count, first: first, into: &frames)
            frames.writeString(text)
            return count
        case .bytes(let bytes):
            FrameText.writeHeader(payloadBytes: bytes.count, first: first, into: &frames)
            frames.writeBytes(bytes)
            return bytes.count
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

    /// Appends the frame of an entry as a connection gets it, and says whether it does.
    func append(_ index: Int, to frames: inout ByteBuffer, by renderer: FrameRenderer?) -> Bool {
        guard let renderer, !renderer.isIdentity else {
            frames.writeImmutableBuffer(slice(index..<index + 1))
            return true
        }
        return renderer.append(entries[index], payload: payload(at: index), to: &frames)
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

extension StreamMessage.Kind {
    /// The first byte of the message's frame.
    fileprivate var firstByte: UInt8 {
        guard case .injected(let kind) = self, InjectedMessage.setsReservedBit(kind) else {
            return FrameText.First.text
        }
        return FrameText.First.text | FrameText.First.reservedBit
    }
}
