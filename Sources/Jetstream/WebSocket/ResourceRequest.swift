/// Gets a small resource over HTTP from a host that is also read over WebSocket: the same TLS, proxy and limits.
struct ResourceRequest {
    let configuration: WebSocketConfiguration
    /// The longest that the resource may be.
    let maximumBytes: Int

    /// Gets the resource at the configuration's URL; blocks until it is there or given up.
    ///
    /// - Parameter wake: ends the attempt.
    /// - Returns: the whole body.
    /// - Throws: `refused` for another status than 200, `invalidHandshake` for a body that is too long or breaks off, and
    ///   what `WebSocketConnection.open` throws.
    func get(wake: WakeSignal) throws(WebSocketError) -> [UInt8] {
        let deadline = ContinuousClock.now.advanced(by: configuration.handshakeTimeout)
        let transport = try CurlTransport(configuration)
        try transport.connect(until: deadline, wake: wake)
        _ = transport.output.append(request)
        var reader = HandshakeReader(transport: transport, deadline: deadline, wake: wake)
        let head = try reader.readHead()
        guard head.status == 200 else {
            throw .refused(
                status: head.status,
                retryAfterSeconds: head.retryAfterSeconds,
                body: try reader.readBody(head, until: deadline).text
            )
        }
        let body = try reader.readBody(head, maximumBytes: maximumBytes + 1, until: deadline)
        guard body.bytes.count <= maximumBytes else {
            throw .invalidHandshake(reason: "\(configuration.url.target) has more than \(maximumBytes) bytes")
        }
        guard body.isWhole else {
            throw .invalidHandshake(reason: "\(configuration.url.target) broke off after \(body.bytes.count) bytes")
        }
        return body.bytes
    }

    private var request: [UInt8] {
        let lines = [
            "GET \(configuration.url.target) HTTP/1.1",
            "Host: \(configuration.url.hostHeader)",
            "Accept: application/octet-stream",
            "Connection: close",
            "User-Agent: \(OpeningHandshake.printable(configuration.userAgent))",
        ]
        return Array((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8)
    }
}
