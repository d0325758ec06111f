import CCurl

/// The options of a handle that only connects (CURLOPT_CONNECT_ONLY): libcurl does names, TCP, proxies and TLS, and
/// everything after that is ours.
struct CurlOptions {
    /// After how long without traffic, and then how often, TCP asks whether the other machine is still there.
    static let keepAliveSeconds = 30
    /// The most that one `curl_easy_recv` returns: with libcurl's default of 16 KiB it takes four times the calls.
    static let chunkBytes = 64 * 1024

    let configuration: WebSocketConfiguration

    /// Sets every option that does not need memory of the transport's.
    func apply(to easy: UnsafeMutableRawPointer) throws(WebSocketError) {
        let secureProtocol = Int(CURL_SSLVERSION_TLSv1_2)
        let numbers: [(CURLoption, Int)] = [
            (CURLOPT_CONNECT_ONLY, 1),
            // With HTTP/2 allowed, ALPN would offer h2, and servers that take it speak no WebSocket of RFC 6455.
            (CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_1_1)),
            (CURLOPT_SSLVERSION, secureProtocol),
            (CURLOPT_SSL_VERIFYPEER, 1),
            (CURLOPT_SSL_VERIFYHOST, 2),
            (CURLOPT_PROXY_SSLVERSION, secureProtocol),
            (CURLOPT_PROXY_SSL_VERIFYPEER, 1),
            (CURLOPT_PROXY_SSL_VERIFYHOST, 2),
            (CURLOPT_NOSIGNAL, 1),
            (CURLOPT_TCP_NODELAY, 1),
            (CURLOPT_TCP_KEEPALIVE, 1),
            (CURLOPT_TCP_KEEPIDLE, Self.keepAliveSeconds),
            (CURLOPT_TCP_KEEPINTVL, Self.keepAliveSeconds),
            (CURLOPT_BUFFERSIZE, Self.chunkBytes),
            (CURLOPT_FOLLOWLOCATION, 0),
            (CURLOPT_NETRC, 0),
            // A proxy is asked for a tunnel, also for ws://, since what follows is not a request that it could forward.
            (CURLOPT_HTTPPROXYTUNNEL, 1),
            (CURLOPT_SUPPRESS_CONNECT_HEADERS, 1),
            // Beside our own deadline, so that libcurl leaves time for a second address when the first is silent.
            (CURLOPT_CONNECTTIMEOUT_MS, max(1, configuration.handshakeTimeout.wholeMilliseconds)),
        ]
        for (option, value) in numbers {
            try CurlLibrary.check(windsock_curl_set_long(easy, option, value))
        }
        try CurlLibrary.check(windsock_curl_set_quick_exit(easy))
        try CurlLibrary.check(windsock_curl_set_string(easy, CURLOPT_PROTOCOLS_STR, "http,https"))
        try CurlLibrary.check(windsock_curl_set_string(easy, CURLOPT_URL, configuration.url.curlURL))
        try applyAuthorities(to: easy)
        try applyProxy(to: easy)
    }

    private func applyAuthorities(to easy: UnsafeMutableRawPointer) throws(WebSocketError) {
        guard let caFile = configuration.caFile else { return }
        for option in [CURLOPT_CAINFO, CURLOPT_PROXY_CAINFO] {
            try CurlLibrary.check(windsock_curl_set_string(easy, option, caFile))
        }
        // Some builds also look into a folder of the system's authorities: a given file is the only authority.
        for option in [CURLOPT_CAPATH, CURLOPT_PROXY_CAPATH] {
            try CurlLibrary.check(windsock_curl_set_string(easy, option, nil))
        }
    }

    /// Without a proxy in the configuration libcurl looks for one in the environment.
    private func applyProxy(to easy: UnsafeMutableRawPointer) throws(WebSocketError) {
        guard let proxy = configuration.proxy else { return }
        let address = proxy.isEmpty ? "" : try ProxyAddress(proxy).curlURL
        try CurlLibrary.check(windsock_curl_set_string(easy, CURLOPT_PROXY, address))
        // What is configured is meant for every host, whatever no_proxy says.
        try CurlLibrary.check(windsock_curl_set_string(easy, CURLOPT_NOPROXY, ""))
    }
}

extension Duration {
    /// Milliseconds, rounded up so that a wait for them never ends early, and held between 0 and a day.
    var wholeMilliseconds: Int {
        let (seconds, attoseconds) = components
        guard seconds >= 0, attoseconds >= 0 else { return 0 }
        guard seconds < 86_400 else { return 86_400_000 }
        return Int(seconds) * 1000 + Int((attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000)
    }
}
