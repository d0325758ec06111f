extension WebSocketConnection {
    /// How long at most is waited for the rest of a refusal's body; it is only there to be read by a person.
    private static let refusalBodyTime = Duration.seconds(2)

    /// Opens a connection; blocks the calling thread until it is open or given up.
    ///
    /// - Parameters:
    ///   - configuration: where to, and within which limits.
    ///   - wake: ends the attempt when it is signalled, also by a signal that came before: a caller that did not mean
    ///     to stop tries again. It stays with the connection.
    /// - Returns: the connection, nothing of which has been read yet.
    /// - Throws: `couldNotConnect`, `certificateRefused`, `unusableCAFile`, `handshakeTimedOut`, `invalidHandshake`,
    ///   `refused`, `connectionLost` or `interrupted`.
    package static func open(
        _ configuration: WebSocketConfiguration,
        wake: WakeSignal
    ) throws(WebSocketError) -> WebSocketConnection {
        let deadline = ContinuousClock.now.advanced(by: configuration.handshakeTimeout)
        let transport = try CurlTransport(configuration)
        try transport.connect(until: deadline, wake: wake)
        let handshake = OpeningHandshake(subprotocol: configuration.subprotocol)
        let request = handshake.request(for: configuration.url, userAgent: configuration.userAgent)
        _ = transport.output.append(request)
        var reader = HandshakeReader(transport: transport, deadline: deadline, wake: wake)
        let head = try reader.readHead()
        guard head.status == 101 else {
            let bodyDeadline = min(deadline, ContinuousClock.now.advanced(by: refusalBodyTime))
            throw .refused(
                status: head.status,
                retryAfterSeconds: head.retryAfterSeconds,
                body: try reader.readBody(head, until: bodyDeadline).text
            )
        }
        try handshake.validate(head)
        return WebSocketConnection(
            transport: transport,
            wake: wake,
            maximumMessageBytes: configuration.maximumMessageBytes,
            unread: reader.unread
        )
    }
}
