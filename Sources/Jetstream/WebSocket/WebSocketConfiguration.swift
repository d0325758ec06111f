/// What a connection is opened with.
package struct WebSocketConfiguration: Sendable {
    package var url: WebSocketURL
    /// A PEM file of the only certificate authorities to trust; nil trusts the system's.
    package var caFile: String?
    /// The proxy to go through, as `ProxyAddress` reads it; empty for none at all.
    ///
    /// Nil leaves it to the environment, as libcurl reads it: `https_proxy` for wss, `http_proxy` for ws, `all_proxy`
    /// for both, and `no_proxy` for the hosts to which there is a direct way.
    package var proxy: String?
    /// The one subprotocol to offer (RFC 6455 1.9), a token; nil offers none.
    ///
    /// The server may agree to exactly this one, or name none.
    package var subprotocol: String?
    /// What the server is told who reads: name, version and where to complain.
    package var userAgent: String
    /// The time for name look-up, TCP, proxy, TLS and upgrade together.
    package var handshakeTimeout: Duration
    /// The socket's receive buffer (SO_RCVBUF): small, so that a ping never waits behind more than this.
    package var receiveBufferBytes: Int
    /// The longest message that is accepted, all its fragments together.
    package var maximumMessageBytes: Int

    package init(
        url: WebSocketURL,
        caFile: String? = nil,
        proxy: String? = nil,
        subprotocol: String? = nil,
        userAgent: String,
        handshakeTimeout: Duration = .seconds(10),
        receiveBufferBytes: Int = 512 * 1024,
        maximumMessageBytes: Int = 4 * 1024 * 1024
    ) {
        self.url = url
        self.caFile = caFile
        self.proxy = proxy
        self.subprotocol = subprotocol
        self.userAgent = userAgent
        self.handshakeTimeout = handshakeTimeout
        self.receiveBufferBytes = receiveBufferBytes
        self.maximumMessageBytes = maximumMessageBytes
    }
}
