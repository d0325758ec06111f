/// An open WebSocket (RFC 6455, client side).
///
/// It belongs to one thread at a time, which reads in a loop:
///
///     while true {
///         switch try connection.receive(until: deadline, onMessage: { queue.put($0) }) { ... }
///     }
///
/// Pings are answered and a close is echoed inside `receive`. What ends the connection is thrown, once and again.
package final class WebSocketConnection {
    package enum Progress {
        /// Bytes were read and handled, whether or not they completed a message.
        case received
        /// The deadline passed.
        case idle
        /// The wake signal came, and was taken.
        case woken
    }

    /// How long is waited, after a close frame was sent, for the server to end TCP: with bytes unread, ending it
    /// first would send a reset that can overtake the close frame.
    static let lingerTime = Duration.milliseconds(250)
    /// The most pings of one chunk that are each answered; of more, only the newest is, as RFC 6455 5.5.3 allows.
    static let maximumPongsPerChunk = 16

    /// When the last complete frame arrived, a ping or a fragment included; at first, when the connection was opened.
    package private(set) var lastFrameAt = ContinuousClock.now

    private let transport: CurlTransport
    private let wake: WakeSignal
    private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: CurlOptions.chunkBytes, alignment: 16)
    private var decoder: FrameDecoder
    /// Frame bytes that came together with the end of the handshake, or behind the last message that was wanted.
    private var unread: [UInt8]
    private var pongsInChunk = 0
    private var pingCount: UInt32 = 0
    private var ending: WebSocketError?

    /// Takes over a transport after a completed handshake.
    init(transport: CurlTransport, wake: WakeSignal, maximumMessageBytes: Int, unread: [UInt8]) {
        self.transport = transport
        self.wake = wake
        self.unread = unread
        decoder = FrameDecoder(maximumMessageBytes: maximumMessageBytes)
    }

    deinit {
        buffer.deallocate()
    }

    /// Whether everything that was received has been handled.
    package var isCaughtUp: Bool { unread.isEmpty }

    /// Waits for bytes, and handles at most one chunk of 64 KiB.
    ///
    /// - Parameters:
    ///   - deadline: when to return without bytes.
    ///   - reading: false leaves the socket unread, so that TCP holds the server back; output still goes out, but
    ///     pings are not seen.
    ///   - wantsMore: asked after each message; false leaves the rest of the chunk for later. A chunk of compressed messages
    ///     may hold hundreds of times as much.
    ///   - onMessage: called for each complete message, in order; messages before a fault are handed out before the
    ///     fault is thrown.
    /// - Returns: why it returned.
    /// - Throws: what ended the connection. A violation was answered with its close frame, and TCP is down.
    package func receive(
        until deadline: ContinuousClock.Instant,
        reading: Bool = true,
        while wantsMore: () -> Bool = { true },
        onMessage: (WebSocketMessage) -> Void
    ) throws(WebSocketError) -> Progress {
        if let ending { throw ending }
        if wake.drain() { return .woken }
        if reading, !unread.isEmpty {
            let bytes = unread
            unread = []
            try handle(bytes, wantsMore, onMessage)
            return .received
        }
        while true {
            do {
                try transport.flush()
                if reading, try readChunk(wantsMore, onMessage) { return .received }
                switch try transport.wait(reading: reading, until: deadline, wake: wake) {
                case .ready: continue
                case .deadline: return .idle
                case .woken: return .woken
                }
            } catch {
                throw end(with: error)
            }
        }
    }

    /// Asks the server for a sign of life, which is a pong and moves `lastFrameAt`.
    ///
    /// While earlier output still waits, another ping would tell nothing and is not sent.
    ///
    /// - Throws: what ended the connection.
    package func ping() throws(WebSocketError) {
        if let ending { throw ending }
        guard transport.output.isEmpty else { return }
        pingCount &+= 1
        try send(frame: FrameEncoder.ping(Array("\(pingCount)".utf8)))
    }

    /// Sends a text message.
    ///
    /// - Throws: `outputFull`, and then nothing was sent, or what ended the connection.
    package func send(text: String) throws(WebSocketError) {
        try send(frame: Array(text.utf8).withUnsafeBytes { FrameEncoder.message($0, isText: true) })
    }

    /// Sends a message as it was received, or one of bytes of one's own; callable inside `onMessage`.
    ///
    /// - Throws: `outputFull`, and then nothing was sent, or what ended the connection.
    package func send(_ message: WebSocketMessage) throws(WebSocketError) {
        try send(frame: FrameEncoder.message(message.bytes, isText: message.isText))
    }

    /// Ends the connection in good order: sends a close frame, waits for the server's, then drops TCP.
    ///
    /// Messages that still arrive are ignored. It may be called again, and after the connection ended.
    ///
    /// - Parameters:
    ///   - code: a code that may travel, such as `CloseCode.goingAway`.
    ///   - reason: words for the server's log; cut to 123 bytes.
    ///   - timeout: how long is waited for the server.
    package func close(code: UInt16, reason: String, timeout: Duration = .seconds(2)) {
        guard ending == nil else { return }
        ending = .connectionLost(message: "it was closed by this side")
        let deadline = ContinuousClock.now.advanced(by: timeout)
        // When there is no room, the server has not been reading: then it just ends.
        if transport.output.append(FrameEncoder.close(code: code, reason: reason)) {
            discardInput(until: deadline) { chunk in !self.holdsClose(chunk) }
        }
        transport.drop()
    }

    // MARK: - Reading

    /// Reads and handles one chunk, if there is one.
    private func readChunk(
        _ wantsMore: () -> Bool,
        _ onMessage: (WebSocketMessage) -> Void
    ) throws(WebSocketError) -> Bool {
        switch try transport.read(into: buffer) {
        case .nothing:
            return false
        case .endOfStream:
            throw .connectionLost(message: "the server ended the stream without a close frame")
        case .bytes(let count):
            try handle(UnsafeRawBufferPointer(rebasing: buffer[..<count]), wantsMore, onMessage)
            return true
        }
    }

    private func handle(
        _ bytes: [UInt8],
        _ wantsMore: () -> Bool,
        _ onMessage: (WebSocketMessage) -> Void
    ) throws(WebSocketError) {
        let result = bytes.withUnsafeBytes { chunk in
            Result { () throws(WebSocketError) in try handle(chunk, wantsMore, onMessage) }
        }
        do {
            try result.get()
        } catch {
            throw end(with: error)
        }
    }

    private func handle(
        _ chunk: UnsafeRawBufferPointer,
        _ wantsMore: () -> Bool,
        _ onMessage: (WebSocketMessage) -> Void
    ) throws(WebSocketError) {
        let framesBefore = decoder.frameCount
        defer {
            if decoder.frameCount != framesBefore { lastFrameAt = .now }
        }
        pongsInChunk = 0
        var rest = chunk
        handling: while let event = try decoder.next(in: &rest) {
            switch event {
            case .message(let message):
                onMessage(message)
                // The callback may have closed the connection, or found it broken when it sent.
                if let ending { throw ending }
                guard rest.isEmpty || wantsMore() else {
                    unread = Array(rest)
                    break handling
                }
            case .ping(let payload): try answer(ping: payload)
            case .pong: break
            case .close(let code, let reason): throw .closedByServer(code: code, reason: reason)
            }
        }
        transport.output.releasePong()
        try transport.flush()
    }

    private func answer(ping payload: UnsafeRawBufferPointer) throws(WebSocketError) {
        pongsInChunk += 1
        let pong = FrameEncoder.pong(payload)
        guard transport.output.isEmpty, pongsInChunk <= Self.maximumPongsPerChunk else {
            transport.output.keepNewest(pong: pong)
            return
        }
        try send(frame: pong)
    }

    // MARK: - Writing and ending

    private func send(frame: [UInt8]) throws(WebSocketError) {
        if let ending { throw ending }
        guard transport.output.append(frame) else {
            throw .outputFull(pendingBytes: transport.output.byteCount)
        }
        do {
            try transport.flush()
        } catch {
            throw end(with: error)
        }
    }

    /// Notes what ended the connection, tells the server if there is something to tell, and drops TCP.
    private func end(with error: WebSocketError) -> WebSocketError {
        guard ending == nil else { return error }
        ending = error
        let farewell: [UInt8]? =
            switch error {
            case .closedByServer(let code, _): FrameEncoder.close(code: code, reason: "")
            default: error.closeCode.map { FrameEncoder.close(code: $0, reason: "") }
            }
        if let farewell, transport.output.append(farewell) {
            discardInput(until: .now.advanced(by: Self.lingerTime)) { _ in true }
        }
        transport.drop()
        return error
    }

    /// Sends what waits and throws away what comes, until the stream ends, `wantsMore` says no or time is up.
    private func discardInput(
        until deadline: ContinuousClock.Instant,
        while wantsMore: (UnsafeRawBufferPointer) -> Bool
    ) {
        do {
            while ContinuousClock.now < deadline {
                try transport.flush()
                switch try transport.read(into: buffer) {
                case .endOfStream: return
                case .bytes(let count):
                    guard wantsMore(UnsafeRawBufferPointer(rebasing: buffer[..<count])) else { return }
                case .nothing:
                    _ = try transport.wait(reading: true, until: deadline, wake: nil)
                }
            }
        } catch {
            // The connection is being given up: that it broke meanwhile changes nothing, and has no reader.
        }
    }

    /// Whether the server's close frame is in `chunk`, or nothing of use can follow because it cannot be read.
    private func holdsClose(_ chunk: UnsafeRawBufferPointer) -> Bool {
        var rest = chunk
        do {
            while let event = try decoder.next(in: &rest) {
                if case .close = event { return true }
            }
            return false
        } catch {
            return true
        }
    }
}
