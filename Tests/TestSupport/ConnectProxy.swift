/// An HTTP proxy on a free port of 127.0.0.1 that knows CONNECT and nothing else.
package struct ConnectProxy: Sendable {
    private let server: RawServer<[String]>

    package var port: Int { server.port }

    /// Starts a proxy.
    ///
    /// - Parameters:
    ///   - authorization: What the Proxy-Authorization header must say; nil lets everybody through.
    ///   - refusal: The status line with which every request is refused; nil for none.
    /// - Throws: What the system says.
    package init(authorization: String? = nil, refusal: String? = nil) throws {
        server = try RawServer { peer in
            let request = try peer.readRequest()
            let isKnown = authorization == nil || RawPeer.value(of: "Proxy-Authorization", in: request) == authorization
            if let answer = refusal ?? (isKnown ? nil : "407 Proxy Authentication Required") {
                let header = "Proxy-Authenticate: Basic realm=\"tests\"\r\n"
                try peer.write("HTTP/1.1 \(answer)\r\n\(header)Content-Length: 0\r\n\r\n")
                peer.finishWriting()
                return request
            }
            try peer.write("HTTP/1.1 200 Connection established\r\n\r\n")
            let words = request.first?.split(separator: " ") ?? []
            let port = words.count == 3 ? words[1].split(separator: ":").last.flatMap { Int($0) } : nil
            try peer.relay(toPort: port ?? 0)
            return request
        }
    }

    /// The lines of the request of the next connection that ended; waits for it.
    package func request() throws -> [String] {
        try server.output()
    }
}
