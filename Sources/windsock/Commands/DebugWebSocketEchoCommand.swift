import ArgumentParser
import Foundation
import Ingest
import Jetstream

/// `windsock debug websocket-echo`: the reader's own WebSocket, which sends back what it receives.
struct DebugWebSocketEchoCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "websocket-echo",
        abstract: "Connect to WebSocket servers, one after the other, and send every message back.",
        discussion: """
            Text comes back as text, bytes as bytes, until the server ends the connection. Prints a line for each \
            connection that says how it ended.

              windsock debug websocket-echo ws://127.0.0.1:9001/runCase?case=1

            Exit codes: 0 the server closed each connection in good order; 1 one of them ended in another way, or could \
            not be opened; 64 wrong usage.
            """,
        shouldDisplay: false
    )

    @Argument(help: "Addresses (ws:// or wss://).", transform: DebugWebSocketEchoCommand.address)
    var url: [WebSocketURL]

    @Option(
        help: ArgumentHelp(
            "Certificates (PEM) to trust instead of the system's; by default those that SSL_CERT_FILE names.",
            valueName: "file"
        )
    )
    var caFile: String?

    @Option(help: ArgumentHelp("The time for connecting, all handshakes included.", valueName: "seconds"))
    var handshakeSeconds = 10

    @Option(
        help: ArgumentHelp(
            "How long no frame may be completed, not even the answer to a ping, before the server is left.",
            valueName: "seconds"
        )
    )
    var silenceSeconds = 45

    func validate() throws {
        for seconds in [handshakeSeconds, silenceSeconds] where !(1...3600).contains(seconds) {
            throw ValidationError("a time must be from 1 to 3600 seconds (got \(seconds))")
        }
    }

    func run() throws {
        var isGood = true
        for url in url {
            let ending = echo(url)
            try Output.print("\(url) \(TerminalText.escaped(ending.description))")
            guard case .closedByServer = ending else {
                isGood = false
                continue
            }
        }
        if !isGood { throw CommandFailure(code: CommandFailure.Code.failure, message: nil) }
    }

    private func echo(_ url: WebSocketURL) -> WebSocketError {
        let configuration = WebSocketConfiguration(
            url: url,
            caFile: caFile ?? ProcessInfo.processInfo.environment["SSL_CERT_FILE"],
            userAgent: "windsock/\(windsockVersion)",
            handshakeTimeout: .seconds(handshakeSeconds)
        )
        do {
            return try echo(over: .open(configuration, wake: WakeSignal()))
        } catch {
            return error
        }
    }

    /// Echoes until the connection ends, and returns why it did.
    private func echo(over connection: WebSocketConnection) -> WebSocketError {
        var pingedAt: ContinuousClock.Instant?
        var failure: WebSocketError?
        do {
            while failure == nil {
                let deadline = try deadline(connection, &pingedAt)
                guard let deadline else {
                    failure = .connectionLost(message: "no frame was completed for \(silenceSeconds) s")
                    continue
                }
                _ = try connection.receive(until: deadline) { message in
                    guard failure == nil else { return }
                    failure = DebugWebSocketEchoCommand.send(message, over: connection)
                }
            }
        } catch {
            return error
        }
        connection.close(code: CloseCode.goingAway, reason: "")
        return failure ?? .interrupted
    }

    /// When to look again, after a ping if one is due; nil when the server was silent for too long.
    private func deadline(
        _ connection: WebSocketConnection,
        _ pingedAt: inout ContinuousClock.Instant?
    ) throws(WebSocketError) -> ContinuousClock.Instant? {
        let heard = connection.lastFrameAt
        let pingDue = heard + .seconds(silenceSeconds) / 2
        let dead = heard + .seconds(silenceSeconds)
        let now = ContinuousClock.now
        guard now < dead else { return nil }
        guard now >= pingDue else { return pingDue }
        if pingedAt.map({ $0 < heard }) ?? true {
            try connection.ping()
            pingedAt = now
        }
        return dead
    }

    private static func send(_ message: WebSocketMessage, over connection: WebSocketConnection) -> WebSocketError? {
        do {
            try connection.send(message)
            return nil
        } catch {
            return error
        }
    }

    private static func address(_ text: String) throws -> WebSocketURL {
        do {
            return try WebSocketURL(text)
        } catch {
            throw ValidationError(TerminalText.escaped(error.description))
        }
    }
}
