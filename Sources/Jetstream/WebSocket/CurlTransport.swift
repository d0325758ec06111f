import CCurl
import Glibc

/// A TCP or TLS connection that libcurl made and that belongs to one thread at a time.
///
/// Reading and writing never block; `wait` does, for the socket, a deadline or a wake signal. The easy handle stays in
/// its multi handle for life, because libcurl closes a CURLOPT_CONNECT_ONLY connection that is taken out.
final class CurlTransport {
    enum Reading: Equatable {
        case bytes(Int)
        /// Nothing is there now.
        case nothing
        case endOfStream
    }

    enum Wakeup {
        case ready
        case deadline
        case woken
    }

    var output = OutputQueue()

    private let easy: UnsafeMutableRawPointer
    private let multi: UnsafeMutableRawPointer
    private let errorBuffer = UnsafeMutableBufferPointer<CChar>.allocate(capacity: Int(CURL_ERROR_SIZE))
    private let socketOptions = UnsafeMutablePointer<SocketOptions>.allocate(capacity: 1)
    /// -1 before it is connected and after it was dropped.
    private var socket: Int32 = -1

    /// Makes the handle; `connect` does the rest.
    init(_ configuration: WebSocketConfiguration) throws(WebSocketError) {
        try CurlLibrary.require(isSecure: configuration.url.isSecure)
        guard let easy = curl_easy_init() else {
            throw CurlLibrary.failure(CURLE_OUT_OF_MEMORY, message: "no memory for a curl handle")
        }
        guard let multi = curl_multi_init() else {
            curl_easy_cleanup(easy)
            throw CurlLibrary.failure(CURLE_OUT_OF_MEMORY, message: "no memory for a curl handle")
        }
        self.easy = easy
        self.multi = multi
        errorBuffer.initialize(repeating: 0)
        let receiveBufferBytes = Int32(clamping: configuration.receiveBufferBytes)
        socketOptions.initialize(to: SocketOptions(receiveBufferBytes: receiveBufferBytes))
        // From here on a failure runs deinit, which frees all of this.
        try CurlOptions(configuration: configuration).apply(to: easy)
        if let base = errorBuffer.baseAddress {
            try CurlLibrary.check(windsock_curl_set_error_buffer(easy, base))
        }
        try CurlLibrary.check(windsock_curl_set_socket_callback(easy, SocketOptions.callback, socketOptions))
    }

    deinit {
        // In this order (curl_multi_cleanup(3)); taking the handle out closes its connection.
        curl_multi_remove_handle(multi, easy)
        curl_easy_cleanup(easy)
        curl_multi_cleanup(multi)
        socketOptions.deallocate()
        errorBuffer.deallocate()
    }

    /// Connects, through TLS when the address asks for it.
    ///
    /// - Parameters:
    ///   - deadline: when to give up.
    ///   - wake: a signal that ends the attempt at once.
    /// - Throws: `couldNotConnect`, `certificateRefused`, `unusableCAFile`, `handshakeTimedOut` or `interrupted`.
    func connect(until deadline: ContinuousClock.Instant, wake: WakeSignal) throws(WebSocketError) {
        try check(curl_multi_add_handle(multi, easy))
        while true {
            var running: Int32 = 0
            try check(curl_multi_perform(multi, &running))
            if running == 0 { break }
            guard !wake.drain() else { throw .interrupted }
            let remaining = ContinuousClock.now.duration(to: deadline)
            guard remaining > .zero else { throw .handshakeTimedOut }
            var extra = curl_waitfd(fd: wake.fileDescriptor, events: Int16(CURL_WAIT_POLLIN), revents: 0)
            try check(curl_multi_poll(multi, &extra, 1, Int32(clamping: remaining.wholeMilliseconds), nil))
        }
        var queued: Int32 = 0
        guard let message = curl_multi_info_read(multi, &queued), message.pointee.msg == CURLMSG_DONE else {
            throw CurlLibrary.failure(CURLE_FAILED_INIT, message: "libcurl did not say how connecting ended")
        }
        let result = message.pointee.data.result
        guard result == CURLE_OK else { throw failure(result) }
        try CurlLibrary.check(windsock_curl_active_socket(easy, &socket))
        guard socket >= 0 else {
            throw CurlLibrary.failure(CURLE_COULDNT_CONNECT, message: "libcurl left no connection open")
        }
    }

    /// Reads what is there, at most one chunk.
    ///
    /// TLS may hold decrypted bytes that no `poll` sees: read until `nothing` comes before waiting.
    ///
    /// - Throws: `WebSocketError.connectionLost`.
    func read(into buffer: UnsafeMutableRawBufferPointer) throws(WebSocketError) -> Reading {
        guard socket >= 0 else { return .endOfStream }
        var count = 0
        switch curl_easy_recv(easy, buffer.baseAddress, buffer.count, &count) {
        case CURLE_OK: return count == 0 ? .endOfStream : .bytes(count)
        case CURLE_AGAIN: return .nothing
        case let code: throw .connectionLost(message: describe(code))
        }
    }

    /// Sends as much of the output as is taken without waiting.
    ///
    /// - Throws: `WebSocketError.connectionLost`.
    func flush() throws(WebSocketError) {
        guard socket >= 0 else { return }
        var goesOn = true
        while goesOn {
            goesOn = try output.sendFirst { bytes throws(WebSocketError) in
                var count = 0
                switch curl_easy_send(easy, bytes.baseAddress, bytes.count, &count) {
                case CURLE_OK: return count
                case CURLE_AGAIN: return nil
                case let code: throw .connectionLost(message: describe(code))
                }
            }
        }
    }

    /// Waits until the socket can be read, or takes output that waits, or something else ends the wait.
    ///
    /// - Parameters:
    ///   - reading: whether to wait for bytes; without, and with no output, only the deadline and the signal count.
    ///   - deadline: when to stop waiting.
    ///   - wake: the signal that ends the wait; it is drained then.
    /// - Returns: what ended the wait.
    /// - Throws: `WebSocketError.systemCallFailed` when the system refuses to wait.
    func wait(
        reading: Bool,
        until deadline: ContinuousClock.Instant,
        wake: WakeSignal?
    ) throws(WebSocketError) -> Wakeup {
        let events = (reading ? POLLIN : 0) | (output.isEmpty ? 0 : POLLOUT)
        while true {
            var descriptors = [
                // Without events the socket is left out: a connection that broke would end every wait at once.
                pollfd(fd: events == 0 ? -1 : socket, events: Int16(events), revents: 0),
                pollfd(fd: wake?.fileDescriptor ?? -1, events: Int16(POLLIN), revents: 0),
            ]
            let milliseconds = ContinuousClock.now.duration(to: deadline).wholeMilliseconds
            let count = poll(&descriptors, nfds_t(descriptors.count), Int32(clamping: milliseconds))
            if count < 0 {
                guard errno == EINTR else { throw .systemCallFailed(name: "poll", errorNumber: errno) }
                continue
            }
            if let wake, descriptors[1].revents != 0, wake.drain() { return .woken }
            if descriptors[0].revents != 0 { return .ready }
            if ContinuousClock.now >= deadline { return .deadline }
        }
    }

    /// Ends the TCP connection, whatever waits to be sent; may be called again.
    func drop() {
        guard socket >= 0 else { return }
        curl_multi_remove_handle(multi, easy)
        socket = -1
    }

    /// The error for a connection that did not come about; a proxy's refusal in words of our own.
    private func failure(_ code: CURLcode) -> WebSocketError {
        let proxyStatus = windsock_curl_proxy_status(easy)
        guard proxyStatus >= 300 else { return CurlLibrary.failure(code, message: describe(code)) }
        return .couldNotConnect(curlCode: code.rawValue, message: ProxyAddress.refusal(status: proxyStatus))
    }

    private func describe(_ code: CURLcode) -> String {
        let text = errorBuffer.baseAddress.map { String(cString: $0) } ?? ""
        return text.isEmpty ? CurlLibrary.describe(code) : ProxyAddress.withoutSecrets(text)
    }

    private func check(_ code: CURLMcode) throws(WebSocketError) {
        guard code == CURLM_OK else {
            throw CurlLibrary.failure(CURLE_FAILED_INIT, message: String(cString: curl_multi_strerror(code)))
        }
    }
}
