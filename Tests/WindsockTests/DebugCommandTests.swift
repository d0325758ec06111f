import TestSupport
import Testing

@testable import Jetstream

@Suite struct DebugCommandTests {
    private func echo(
        _ urls: String...,
        environment: [String: String] = [:]
    ) async throws -> CommandRunner.Outcome {
        let none = ["http_proxy": "", "https_proxy": "", "all_proxy": "", "no_proxy": "", "SSL_CERT_FILE": ""]
        return try await CommandRunner.run(
            "windsock",
            ["debug", "websocket-echo"] + urls,
            environment: none.merging(environment) { _, new in new }
        )
    }

    @Test func `is not shown among the commands, and explains itself`() async throws {
        let help = try await CommandRunner.run("windsock", ["--help"]).standardOutput
        #expect(!help.contains("debug"))
        let outcome = try await CommandRunner.run("windsock", ["debug", "websocket-echo", "--help"])
        #expect(outcome.exitCode == 0)
        #expect(outcome.standardOutput.contains("Exit codes: 0 "))
    }

    @Test func `echoes with the same opcode until the server closes`() async throws {
        let server = try RawServer { peer in
            let request = try peer.readRequest()
            let accept = OpeningHandshake(key: RawPeer.value(of: "Sec-WebSocket-Key", in: request) ?? "").expectedAccept
            let answer =
                "HTTP/1.1 101 Yes\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: \(accept)"
            try peer.write(answer + "\r\n\r\n")
            try peer.write(ServerFrame.text("h\u{E9}") + ServerFrame.bytes(2, [0, 255]))
            let echoes = [try peer.readFrame(), try peer.readFrame()]
            try peer.write(ServerFrame.close(1001, Array("so long".utf8)))
            _ = try peer.readFramesThroughClose()
            return echoes
        }
        let url = "ws://127.0.0.1:\(server.port)/"
        let outcome = try await echo(url)
        #expect(outcome.exitCode == 0)
        #expect(outcome.standardOutput == "\(url) the server closed the connection (1001): so long\n")
        let expected = [
            ClientFrame(opcode: 1, payload: Array("h\u{E9}".utf8)), ClientFrame(opcode: 2, payload: [0, 255]),
        ]
        #expect(try server.output() == expected)
    }

    @Test func `ends with 1 when one connection did not end in good order`() async throws {
        let outcome = try await echo("ws://127.0.0.1:1/", "ws://127.0.0.1:1/second")
        #expect(outcome.exitCode == 1)
        #expect(outcome.standardOutput.split(separator: "\n").count == 2)
        #expect(outcome.standardError.isEmpty)
    }

    @Test(arguments: [[], ["http://127.0.0.1/"], ["ws://127.0.0.1/", "--silence-seconds", "0"]])
    func `ends with 64 when it is used wrongly`(arguments: [String]) async throws {
        let outcome = try await CommandRunner.run("windsock", ["debug", "websocket-echo"] + arguments)
        #expect(outcome.exitCode == 64)
    }

    @Test(arguments: [
        ("ws", "http_proxy"), ("wss", "https_proxy"), ("wss", "HTTPS_PROXY"), ("ws", "all_proxy"), ("wss", "ALL_PROXY"),
    ])
    func `takes its proxy from the environment`(scheme: String, variable: String) async throws {
        let proxy = try ConnectProxy(authorization: "Basic another")
        let address = "http://user:secret@127.0.0.1:\(proxy.port)"
        let outcome = try await echo("\(scheme)://host.invalid/", environment: [variable: address])
        #expect(outcome.exitCode == 1)
        #expect(outcome.standardOutput.contains("the proxy refused with HTTP status 407: it asks for a user name"))
        #expect(!outcome.standardOutput.contains("secret"))
        let request = try proxy.request()
        #expect(request.first?.hasPrefix("CONNECT host.invalid:") == true)
        #expect(RawPeer.value(of: "Proxy-Authorization", in: request) == "Basic dXNlcjpzZWNyZXQ=")
    }

    @Test func `goes around the proxy to a host that no_proxy names`() async throws {
        let proxy = try ConnectProxy(refusal: "403 Forbidden")
        let environment = ["http_proxy": "http://127.0.0.1:\(proxy.port)", "no_proxy": "127.0.0.1"]
        let direct = try await echo("ws://127.0.0.1:1/", environment: environment)
        #expect(!direct.standardOutput.contains("proxy"))
        let through = try await echo("ws://127.0.0.2:1/", environment: environment)
        #expect(through.standardOutput.contains("the proxy refused with HTTP status 403"))
    }

    @Test(arguments: ["http://user:secret@[bad", "gopher://user:secret@127.0.0.1:1"])
    func `does not repeat a password of the environment`(address: String) async throws {
        let outcome = try await echo("ws://127.0.0.1:1/", environment: ["http_proxy": address])
        #expect(
            outcome.standardOutput.hasSuffix("the address of the proxy cannot be used (curl \(outcome.curlCode))\n")
        )
    }
}

extension CommandRunner.Outcome {
    /// The number at the end of what it said, which depends on libcurl's version.
    fileprivate var curlCode: String {
        standardOutput.split(separator: "(curl ").last.map { String($0.prefix { $0.isNumber }) } ?? "?"
    }
}
