import Texts

/// Takes the messages of one connection in: decompresses them, keeps the server's own words apart, sees that the stream
/// begins where it was asked to, and puts them into the queue.
struct MessageIntake {
    /// So many messages that cannot be decompressed, before any that can, are not the messages' fault.
    private static let damagedAtFirst = 3

    let queue: MessageQueue
    let source: StreamSource
    let clock: WallClock
    /// Nil on a connection of plain text.
    private let decompressor: ZstdDecompressor?
    /// Nil on v1, whose servers say nothing of themselves.
    private let notices: NoticeReader?
    /// Nil once the first event was seen.
    private var beginning: BeginningCheck?
    private var decoder: EventDecoder?
    /// Why no more is taken; nil to go on.
    private(set) var end: ConnectionEnd?
    /// What was found to be missing where the stream began.
    private(set) var gap: StreamGap?
    /// Messages that could be decompressed, and that could not.
    private var decompressed = 0
    private var damaged = 0
    /// Words of the server that the log should have.
    private(set) var remarks: [String] = []

    init(
        queue: MessageQueue,
        source: StreamSource,
        clock: WallClock,
        decompressor: ZstdDecompressor?,
        beginning: BeginningCheck
    ) {
        self.queue = queue
        self.source = source
        self.clock = clock
        self.decompressor = decompressor
        self.beginning = beginning
        notices = source.wire == .v2 ? NoticeReader() : nil
        decoder = EventDecoder()
    }

    /// Whether what was silent until now may be counted as covered: not while it is unknown where the stream began.
    func mayCover(nowMicroseconds: Int64) -> Bool {
        beginning.map { !$0.isDoubtful(nowMicroseconds: nowMicroseconds) } ?? true
    }

    /// Takes the server's words that are for the log.
    mutating func takeRemarks() -> [String] {
        defer { remarks = [] }
        return remarks
    }

    /// Takes a message in.
    mutating func take(_ message: WebSocketMessage, receivedAtMicroseconds: Int64) {
        guard end == nil else { return queue.discardUnread(.reconnect) }
        guard let decompressor, !message.isText else {
            return take(message.bytes, isText: message.isText, receivedAtMicroseconds)
        }
        do {
            try decompressor.decompress(message.bytes, maximumBytes: Subscription.maximumMessageBytes) { text in
                take(text, isText: true, receivedAtMicroseconds)
            }
            decompressed += 1
        } catch {
            refuse(message, error, receivedAtMicroseconds)
        }
    }

    /// A message that cannot be decompressed is kept as it came, like any that cannot be read.
    ///
    /// With another dictionary than ours all of them could not: they are asked for again.
    private mutating func refuse(_ message: WebSocketMessage, _ error: ZstdError, _ receivedAtMicroseconds: Int64) {
        switch error {
        case .wrongDictionary:
            end = .wrongDictionary(error)
            queue.discardUnread(.reconnect)
        case .outOfMemory:
            end = .failed(.systemCallFailed(name: "ZSTD_decompressStream", errorNumber: 12), wasOpen: true)
            queue.discardUnread(.reconnect)
        default:
            damaged += 1
            // When nothing has come out yet it is the dictionary that is damaged, here or there.
            guard decompressed == 0, damaged >= MessageIntake.damagedAtFirst else {
                return take(message.bytes, isText: false, receivedAtMicroseconds)
            }
            end = .wrongDictionary(error)
            queue.discardUnread(.reconnect)
        }
    }

    private mutating func take(_ bytes: UnsafeRawBufferPointer, isText: Bool, _ receivedAtMicroseconds: Int64) {
        if isText, let notice = notices?.notice(in: bytes) { return heed(notice) }
        if isText, beginning != nil, !begin(with: bytes) { return queue.discardUnread(.reconnect) }
        queue.put(bytes, isText: isText, receivedAtMicroseconds: receivedAtMicroseconds, from: source)
    }

    private mutating func heed(_ notice: ServerNotice) {
        queue.skip(.notice)
        switch notice {
        case .info(let name, let message):
            if name == "OutdatedCursor" { beginning?.isMoved = true }
            remarks.append("\(name): \(message)")
        case .error(let name, let message):
            end = .serverError(name: name, message: message)
        }
    }

    /// Judges by the first event where the connection began; false when it is of no use.
    private mutating func begin(with bytes: UnsafeRawBufferPointer) -> Bool {
        guard let beginning, let decoder else { return true }
        let texts = TextArena()
        let message = decoder.decode(bytes, into: texts)
        // What cannot move the position says nothing of it, either; what can need not be a whole event.
        let now = clock.now()
        guard let time = message.timeMicroseconds,
            StreamPosition.isMoved(byMicroseconds: time, nowMicroseconds: now)
        else { return true }
        let verdict = beginning.verdict(timeMicroseconds: time, seq: message.seq, nowMicroseconds: now)
        switch verdict {
        case .sound: break
        case .undecided: return true
        case .gap(let gap):
            queue.note(.gap(gap))
            self.gap = gap
            remarks.append("a gap is written down: \(gap.cause)")
        case .reset:
            end = .reset
            return false
        }
        self.beginning = nil
        self.decoder = nil
        return true
    }
}
