/// How long a connection may be silent or stuck.
package struct ConnectionLimits: Sendable {
    /// After this long without a frame a ping of our own goes out.
    ///
    /// Servers ping every 30 s.
    package var pingAfter: Duration = .seconds(20)
    /// After this long without a frame, ping or not, the connection is dead.
    package var deadAfter: Duration = .seconds(45)
    /// After this long in which the handler got nowhere while the queue is full, it is stuck and not slow: the server,
    /// which wants its pong within 5 s, is told goodbye, and the stream resumes from what is stored (invariant 6).
    package var stuckAfter: Duration = .seconds(4)

    /// How long a connection that began at most a minute ago has to be open before its silence says that nothing
    /// happened: until then the minute itself may still be on its way.
    package var settlingTime: Duration = .seconds(30)

    package init() {}
}

/// Why a connection ended.
package enum ConnectionEnd: Sendable, CustomStringConvertible {
    /// The program was told to stop.
    case stopped
    /// The queue stayed full for too long.
    case writerStuck
    /// Nothing came, not even an answer to a ping.
    case silent
    case failed(WebSocketError, wasOpen: Bool)

    init(error: WebSocketError, wasOpen: Bool) {
        self = .failed(error, wasOpen: wasOpen)
    }

    /// Whether the handshake had succeeded.
    var wasOpen: Bool {
        if case .failed(_, let wasOpen) = self { wasOpen } else { true }
    }

    /// The words for what the server sent that ended it; nil when it ended for another reason.
    var serverFault: String? {
        guard case .failed(let error, wasOpen: true) = self, error.isCausedByServerData else { return nil }
        return error.description
    }

    package var description: String {
        switch self {
        case .stopped: "stopped"
        case .writerStuck: "the database took nothing for too long; the server would have given up on us"
        case .silent: "no frame for too long, not even an answer to a ping"
        case .failed(let error, _): error.description
        }
    }
}

/// One open connection, read into the queue until it ends.
struct ReadingSession {
    let connection: WebSocketConnection
    let queue: MessageQueue
    let source: StreamSource
    let beganLive: Bool
    let limits: ConnectionLimits
    let clock: WallClock
    let status: ConnectionStatus

    /// Since when the queue has been full; nil while it has room.
    private var fullSince: ContinuousClock.Instant?
    /// When the connection last had a chance to be heard: while the queue is full, silence is ours.
    private var listenedFrom = ContinuousClock.now
    private var pingedAt: ContinuousClock.Instant?
    private var lastFrameAt: ContinuousClock.Instant?
    private let openedAt = ContinuousClock.now

    private static let closeTimeout: Duration = .milliseconds(250)

    /// A chunk of fewer messages is one of a stream that trickles: each message that wakes the reader costs more than all
    /// that is done with it, so it looks again only after a moment, for several at once.
    private static let trickleMessages = 8
    private static let tricklePause: Duration = .milliseconds(20)

    init(
        connection: WebSocketConnection,
        queue: MessageQueue,
        source: StreamSource,
        beganLive: Bool,
        limits: ConnectionLimits,
        clock: WallClock,
        status: ConnectionStatus
    ) {
        self.connection = connection
        self.queue = queue
        self.source = source
        self.beganLive = beganLive
        self.limits = limits
        self.clock = clock
        self.status = status
    }

    mutating func run(isStopping: () -> Bool) -> ConnectionEnd {
        do {
            while !isStopping() {
                if let end = try step() {
                    connection.close(
                        code: CloseCode.goingAway,
                        reason: "",
                        timeout: ReadingSession.closeTimeout
                    )
                    return end
                }
            }
            connection.close(
                code: CloseCode.goingAway,
                reason: "windsock is stopping",
                timeout: ReadingSession.closeTimeout
            )
            return .stopped
        } catch {
            return ConnectionEnd(error: error, wasOpen: true)
        }
    }

    /// Waits for one chunk, or for room, and hands on what it held.
    ///
    /// Returns why the connection is to end; nil to go on.
    private mutating func step() throws(WebSocketError) -> ConnectionEnd? {
        let now = ContinuousClock.now
        guard queue.hasRoom() else { return try waitForRoom(now) }
        if fullSince != nil {
            fullSince = nil
            listenedFrom = now
        }
        let heard = max(connection.lastFrameAt, listenedFrom)
        if now - heard >= limits.deadAfter { return .silent }
        let pingDue = heard + limits.pingAfter
        let pinged = pingedAt.map { $0 >= heard } ?? false
        if !pinged, now >= pingDue {
            try connection.ping()
            pingedAt = now
        }
        let deadline = pinged || now >= pingDue ? heard + limits.deadAfter : pingDue
        // All messages of a chunk were there at the same time.
        var receivedAt: Int64?
        var messages = 0
        _ = try connection.receive(until: deadline) { message in
            let time = receivedAt ?? clock.now()
            receivedAt = time
            messages += 1
            queue.put(message.bytes, isText: message.isText, receivedAtMicroseconds: time, from: source)
        }
        noteFrames()
        if (1..<ReadingSession.trickleMessages).contains(messages) {
            _ = try connection.receive(until: .now + ReadingSession.tricklePause, reading: false) { _ in }
        }
        return nil
    }

    private mutating func waitForRoom(_ now: ContinuousClock.Instant) throws(WebSocketError) -> ConnectionEnd? {
        let since = fullSince ?? now
        fullSince = since
        let deadline = max(since, queue.lastProgress) + limits.stuckAfter
        if now >= deadline { return .writerStuck }
        _ = try connection.receive(until: deadline, reading: false) { _ in }
        return nil
    }

    private mutating func noteFrames() {
        guard connection.lastFrameAt != lastFrameAt else { return }
        lastFrameAt = connection.lastFrameAt
        let now = clock.now()
        status.update { $0.lastFrameMicroseconds = now }
        let hasSettled = connection.lastFrameAt - openedAt >= limits.settlingTime
        queue.noteCoverage(
            StreamCoverage(source: source, untilMicroseconds: now, beganLive: beganLive && hasSettled)
        )
    }
}
