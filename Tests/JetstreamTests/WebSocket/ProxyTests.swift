import Foundation
import TestSupport
import Testing

@testable import Jetstream

/// The way through a proxy, with one that only knows CONNECT.
@Suite struct ProxyTests {
    private func open(
        _ url: String,
        proxy: String,
        caFile: String? = nil,
        handshakeTimeout: Duration = .seconds(20)
    ) throws -> WebSocketConnection {
        let configuration = WebSocketConfiguration(
            url: try WebSocketURL(url),
            caFile: caFile,
            proxy: proxy,
            userAgent: "windsock tests",
            handshakeTimeout: handshakeTimeout
        )
        return try WebSocketConnection.open(configuration, wake: WakeSignal())
    }

    private func expectEcho(over connection: WebSocketConnection) throws {
        try connection.send(text: "hello")
        #expect(try connection.receiveMessages() == ["hello"])
        connection.close(code: 1000, reason: "")
    }

    /// The words of a connection that did not come about.
    private func message(_ body: () throws -> WebSocketConnection) throws -> String {
        let error = #expect(throws: WebSocketError.self) { _ = try body() }
        guard case .couldNotConnect(_, let message)? = error else {
            Issue.record("\(String(describing: error))")
            return ""
        }
        return message
    }

    @Test func `goes through a tunnel, also without TLS`() throws {
        let backend = try NIOWebSocketServer()
        let proxy = try ConnectProxy()
        try expectEcho(over: try open("ws://127.0.0.1:\(backend.port)/", proxy: "http://127.0.0.1:\(proxy.port)"))
        let request = try proxy.request()
        #expect(request.first == "CONNECT 127.0.0.1:\(backend.port) HTTP/1.1")
        #expect(RawPeer.value(of: "Proxy-Authorization", in: request) == nil)
    }

    @Test func `goes through a proxy that is reached over TLS to a host that is, too`() throws {
        let certificates = try TestCertificates()
        let caFile = try certificates.makeAuthority("authority")
        let (certificate, key) = try certificates.makeServer(.rightName, signedBy: "authority")
        let backend = try NIOWebSocketServer()
        let host = try TLSRelay(certificate: certificate, key: key, backendPort: backend.port)
        let proxy = try ConnectProxy()
        let proxyRelay = try TLSRelay(certificate: certificate, key: key, backendPort: proxy.port)
        let address = "https://localhost:\(proxyRelay.port)"
        try expectEcho(over: try open("wss://127.0.0.1:\(host.port)/", proxy: address, caFile: caFile))
        #expect(try proxyRelay.readLine().hasPrefix("alpn "))
        #expect(try host.readLine() == "alpn http/1.1")

        let error = #expect(throws: WebSocketError.self) {
            _ = try open("wss://127.0.0.1:\(host.port)/", proxy: address)
        }
        guard case .certificateRefused? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(try proxyRelay.readLine().hasPrefix("failed"))
    }

    @Test func `gives the proxy its user name and password, and only the proxy`() throws {
        let proxy = try ConnectProxy(authorization: "Basic YSBiOnBAc3M=")
        let server = try RawServer { peer in
            let request = try peer.readRequest()
            try peer.write(RawPeer.goodAnswer(to: request))
            _ = try peer.readFrames()
            return request
        }
        let connection = try open(
            "ws://127.0.0.1:\(server.port)/",
            proxy: "http://a%20b:p%40ss@127.0.0.1:\(proxy.port)"
        )
        connection.close(code: 1000, reason: "", timeout: .milliseconds(1))
        #expect(try server.output().allSatisfy { !$0.lowercased().contains("authorization") })
        #expect(try proxy.request().first?.hasPrefix("CONNECT ") == true)
    }

    @Test(arguments: ["", "user:secret@"])
    func `says that the proxy wants a password, and not which one it was given`(user: String) throws {
        let proxy = try ConnectProxy(authorization: "Basic another")
        let message = try message { try open("ws://127.0.0.1:1/", proxy: "http://\(user)127.0.0.1:\(proxy.port)") }
        let expected = """
            the proxy refused with HTTP status 407: it asks for a user name and password, or for others than it was given
            """
        #expect(message == expected)
    }

    @Test(arguments: [
        ("403 Forbidden", "the proxy refused with HTTP status 403: it does not allow this host or port"),
        ("502 Bad Gateway", "the proxy refused with HTTP status 502"),
    ])
    func `says what else a proxy refused`(refusal: String, words: String) throws {
        let proxy = try ConnectProxy(refusal: refusal)
        #expect(try message { try open("wss://host.invalid/", proxy: "http://127.0.0.1:\(proxy.port)") } == words)
        #expect(try proxy.request().first == "CONNECT host.invalid:443 HTTP/1.1")
    }

    @Test func `counts the proxy into the time for the handshake`() throws {
        let mayEnd = Gate()
        let proxy = try RawServer { peer in
            _ = try peer.readRequest()
            mayEnd.wait()
        }
        #expect(throws: WebSocketError.handshakeTimedOut) {
            _ = try open(
                "ws://127.0.0.1:1/",
                proxy: "http://127.0.0.1:\(proxy.port)",
                handshakeTimeout: .milliseconds(200)
            )
        }
        mayEnd.open()
    }

    @Test(arguments: [
        ("http://proxy:3128", "http://proxy:3128"), ("HTTPS://Proxy:3128/", "https://Proxy:3128"),
        ("http://me@[::1]:80", "http://me@[::1]:80"), ("http://me:s3cret@proxy:1", "http://me:***@proxy:1"),
        ("http://me:@proxy:1", "http://me:***@proxy:1"),
    ])
    func `shows the address without its password`(text: String, shown: String) throws {
        #expect(try ProxyAddress(text).description == shown)
    }

    @Test(arguments: [
        "", "proxy:3128", "socks5://proxy:1", "ftp://proxy:1", "http://proxy", "http://proxy:", "http://:3128",
        "http://[::1]", "http://::1:80", "http://proxy:0", "http://proxy:65536", "http://proxy:1/path",
        "http://proxy:1?q", "http://me:s3cret@", "http://me:s3cret@proxy", "http://me:s3 cret@proxy:1",
        "http://me:s3cret@@proxy:1", "http://me:s3cret\r\n@proxy:1",
    ])
    func `refuses an address that is none, and repeats nothing of it`(text: String) throws {
        let error = #expect(throws: WebSocketError.self) { _ = try ProxyAddress(text) }
        #expect(error?.description.contains("s3") == false)
    }
}
