/// Sends the request and reads the answer over a transport, within one deadline.
struct HandshakeReader {
    let transport: CurlTransport
    let deadline: ContinuousClock.Instant
    let wake: WakeSignal

    /// What came after the head.
    private(set) var unread: [UInt8] = []

    private var sendingFailed: WebSocketError?

    init(transport: CurlTransport, deadline: ContinuousClock.Instant, wake: WakeSignal) {
        self.transport = transport
        self.deadline = deadline
        self.wake = wake
    }

    /// The head of the first answer that is not an interim one.
    ///
    /// - Throws: `handshakeTimedOut`, `invalidHandshake`, `connectionLost` or `interrupted`.
    mutating func readHead() throws(WebSocketError) -> ResponseHead {
        var parser = ResponseHeadParser()
        while true {
            guard let chunk = try readChunk(until: deadline) else { throw .handshakeTimedOut }
            guard !chunk.isEmpty else {
                throw sendingFailed ?? .connectionLost(message: "the server ended the stream without an answer")
            }
            let result = chunk.withUnsafeBytes { bytes in
                Result { () throws(WebSocketError) -> ResponseHead? in
                    var rest = bytes
                    guard let head = try parser.parse(&rest) else { return nil }
                    unread = Array(rest)
                    return head
                }
            }
            if let head = try result.get() { return head }
        }
    }

    /// What there is of an answer's body, until the deadline, the end of the stream or of what is wanted.
    ///
    /// - Throws: `interrupted`.
    mutating func readBody(
        _ head: ResponseHead,
        maximumBytes: Int = ResponseBody.maximumRefusalBytes,
        until bodyDeadline: ContinuousClock.Instant
    ) throws(WebSocketError) -> ResponseBody {
        var body = ResponseBody(head: head, maximumBytes: maximumBytes)
        unread.withUnsafeBytes { body.append($0) }
        do {
            while !body.isComplete, let chunk = try readChunk(until: bodyDeadline), !chunk.isEmpty {
                chunk.withUnsafeBytes { body.append($0) }
            }
        } catch .interrupted {
            throw .interrupted
        } catch {
            // The status is what counts; a body that breaks off is shown as far as it came.
        }
        return body
    }

    /// The next bytes; empty at the end of the stream, nil when the deadline passed.
    private mutating func readChunk(until deadline: ContinuousClock.Instant) throws(WebSocketError) -> [UInt8]? {
        while ContinuousClock.now < deadline {
            guard !wake.drain() else { throw .interrupted }
            flush()
            var buffer = [UInt8](repeating: 0, count: CurlOptions.chunkBytes)
            let result = buffer.withUnsafeMutableBytes { bytes in
                Result { () throws(WebSocketError) in try transport.read(into: bytes) }
            }
            switch try result.get() {
            case .bytes(let count): return Array(buffer[..<count])
            case .endOfStream: return []
            case .nothing: break
            }
            if case .woken = try transport.wait(reading: true, until: deadline, wake: wake) { throw .interrupted }
        }
        return nil
    }

    /// Sends on; a failure counts only if no answer follows, since a server may refuse a request that it did not read.
    private mutating func flush() {
        guard sendingFailed == nil else { return }
        do {
            try transport.flush()
        } catch {
            sendingFailed = error
            transport.output = OutputQueue()
        }
    }
}
