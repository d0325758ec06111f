import Foundation
import TestSupport
import Testing

@testable import Jetstream

/// Certificates made in the test, and a TLS server that is not libcurl's in front of a plain one.
@Suite struct TLSTests {
    private let certificates: TestCertificates
    private let backend: NIOWebSocketServer

    init() throws {
        certificates = try TestCertificates()
        backend = try NIOWebSocketServer()
    }

    private func makeRelay(_ server: TestCertificates.Server, signedBy authority: String = "authority") throws
        -> TLSRelay
    {
        let (certificate, key) = try certificates.makeServer(server, signedBy: authority)
        return try TLSRelay(certificate: certificate, key: key, backendPort: backend.port)
    }

    private func open(_ host: String, _ relay: TLSRelay, caFile: String?) throws -> WebSocketConnection {
        let configuration = WebSocketConfiguration(
            url: try WebSocketURL("wss://\(host):\(relay.port)/"),
            caFile: caFile,
            userAgent: "windsock tests",
            handshakeTimeout: .seconds(20)
        )
        return try WebSocketConnection.open(configuration, wake: WakeSignal())
    }

    @Test(arguments: ["127.0.0.1", "localhost"])
    func `connects with the right authority, and not by h2 although the server prefers it`(host: String) throws {
        let caFile = try certificates.makeAuthority("authority")
        let relay = try makeRelay(.rightName)
        let connection = try open(host, relay, caFile: caFile)
        #expect(try relay.readLine() == "alpn http/1.1")
        // Longer than a TLS record and than a chunk, so that TLS holds bytes that the socket does not show.
        for text in ["hello", String(repeating: "a", count: 200_000), "ping"] {
            try connection.send(text: text)
            #expect(try connection.receiveMessages() == [text == "ping" ? "pong are you there" : text])
        }
        try connection.send(text: "close")
        #expect(connection.receiveToEnd().error == .closedByServer(code: 1001, reason: "going away"))
        #expect(backend.seen == ["pong are you there", "close 1001"])
    }

    @Test func `receives every message of a burst without waiting for more bytes`() throws {
        let caFile = try certificates.makeAuthority("authority")
        let burst = (0..<20_000).map { ServerFrame.text("message \($0)") }
        let server = try RawServer { peer in
            try peer.upgrade(trailing: Array(burst.joined()))
            return try peer.readFramesThroughClose().map(\.closeCode)
        }
        let (certificate, key) = try certificates.makeServer(.rightName, signedBy: "authority")
        let relay = try TLSRelay(certificate: certificate, key: key, backendPort: server.port)
        let connection = try open("127.0.0.1", relay, caFile: caFile)
        var count = 0
        while count < burst.count {
            let progress = try connection.receive(until: .testDeadline) { message in
                #expect(message.bytes.elementsEqual("message \(count)".utf8))
                count += 1
            }
            try #require(progress == .received)
        }
        connection.close(code: 1000, reason: "")
        #expect(try server.output() == [1000])
    }

    @Test func `refuses an authority that is not known`() throws {
        _ = try certificates.makeAuthority("authority")
        let other = try certificates.makeAuthority("other")
        let relay = try makeRelay(.rightName)
        for caFile in [other, nil] {
            let error = #expect(throws: WebSocketError.self) { _ = try open("127.0.0.1", relay, caFile: caFile) }
            guard case .certificateRefused(let message) = error else {
                Issue.record("\(String(describing: error))")
                return
            }
            #expect(message.contains("certificate"))
            #expect(try relay.readLine().hasPrefix("failed"))
        }
        #expect(backend.seen == [])
    }

    @Test(arguments: ["127.0.0.1", "localhost"])
    func `refuses a certificate for another name`(host: String) throws {
        let caFile = try certificates.makeAuthority("authority")
        let relay = try makeRelay(.wrongName)
        let error = #expect(throws: WebSocketError.self) { _ = try open(host, relay, caFile: caFile) }
        guard case .certificateRefused(let message) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(message.contains(host))
    }

    @Test func `refuses a certificate that nobody signed`() throws {
        _ = try certificates.makeAuthority("authority")
        let caFile = try certificates.makeAuthority("other")
        let (certificate, key) = try certificates.makeSelfSigned()
        let relay = try TLSRelay(certificate: certificate, key: key, backendPort: backend.port)
        for file in [caFile, nil] {
            let error = #expect(throws: WebSocketError.self) { _ = try open("localhost", relay, caFile: file) }
            guard case .certificateRefused = error else {
                Issue.record("\(String(describing: error))")
                return
            }
            #expect(try relay.readLine().hasPrefix("failed"))
        }
        #expect(backend.seen == [])
    }

    @Test func `speaks TLS 1.2, and nothing older even to a server that speaks nothing newer`() throws {
        let caFile = try certificates.makeAuthority("authority")
        let (certificate, key) = try certificates.makeServer(.rightName, signedBy: "authority")
        func relay(_ version: String) throws -> TLSRelay {
            try TLSRelay(certificate: certificate, key: key, backendPort: backend.port, onlyVersion: version)
        }
        let newer = try relay("1.2")
        try open("localhost", newer, caFile: caFile).close(code: 1000, reason: "")
        #expect(try newer.readLine() == "alpn http/1.1")

        let older = try relay("1.1")
        let error = #expect(throws: WebSocketError.self) { _ = try open("localhost", older, caFile: caFile) }
        guard case .couldNotConnect = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(try older.readLine().hasPrefix("failed"))
        // That server is a good one for who allows it.
        let arguments = "s_client -connect 127.0.0.1:\(older.port) -tls1_1 -cipher DEFAULT:@SECLEVEL=0"
        try TestProgram.run("openssl", arguments.split(separator: " ").map(String.init), in: certificates.folder)
        #expect(try older.readLine() == "alpn none")
    }

    @Test func `says when the file of authorities cannot be used`() throws {
        _ = try certificates.makeAuthority("authority")
        let relay = try makeRelay(.rightName)
        let missing = certificates.folder.appendingPathComponent("missing.pem").path
        let error = #expect(throws: WebSocketError.self) { _ = try open("127.0.0.1", relay, caFile: missing) }
        guard case .unusableCAFile(let message) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(message.contains("missing.pem"))
    }

    @Test func `reports a server that speaks no TLS`() throws {
        let caFile = try certificates.makeAuthority("authority")
        let configuration = WebSocketConfiguration(
            url: try WebSocketURL("wss://127.0.0.1:\(backend.port)/"),
            caFile: caFile,
            userAgent: "windsock tests"
        )
        let wake = try WakeSignal()
        let error = #expect(throws: WebSocketError.self) {
            _ = try WebSocketConnection.open(configuration, wake: wake)
        }
        guard case .couldNotConnect = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }
}
