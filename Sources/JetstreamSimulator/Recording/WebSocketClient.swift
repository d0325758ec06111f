import Foundation
package import NIOCore
package import NIOHTTP1
import NIOPosix
package import NIOWebSocket

/// A plain WebSocket client: enough to read a stream over ws.
package enum WebSocketClient {
    package typealias Connection = NIOAsyncChannel<WebSocketFrame, WebSocketFrame>
    package typealias Refused = NIOAsyncChannel<HTTPClientResponsePart, HTTPClientRequestPart>

    /// What a server made of the request.
    package enum Outcome: Sendable {
        case connected(Connection)
        /// It answered with something else than 101; the response is still to be read.
        case refused(Refused)
    }

    /// The largest frame that is read: what the official clients allow.
    private static let mostFrameBytes = 33_554_432
    private static let plainPort = 80

    /// Connects and asks for the upgrade.
    ///
    /// - Parameters:
    ///   - url: a ws URL; the query goes to the server as it stands.
    ///   - receiveBufferBytes: the size of the socket's receive buffer, nil for the system's choice.
    /// - Throws: `SimulatorError.recording` if the URL is none of ours or nobody listens there.
    package static func connect(to url: String, receiveBufferBytes: Int? = nil) async throws -> Outcome {
        let target = try Target(url)
        var bootstrap = ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
        if let receiveBufferBytes {
            bootstrap = bootstrap.channelOption(.socketOption(.so_rcvbuf), value: receiveBufferBytes)
        }
        do {
            let outcome = try await bootstrap.connect(host: target.host, port: target.port) { channel in
                channel.eventLoop.makeCompletedFuture { try upgrade(channel, target) }
            }
            return try await outcome.get()
        } catch {
            throw SimulatorError.recording(url: url, reason: "cannot connect: \(error)")
        }
    }

    private static func upgrade(_ channel: any Channel, _ target: Target) throws -> EventLoopFuture<Outcome> {
        let upgrader = NIOTypedWebSocketClientUpgrader<Outcome>(maxFrameSize: mostFrameBytes) { channel, _ in
            channel.eventLoop.makeCompletedFuture {
                .connected(try Connection(wrappingChannelSynchronously: channel))
            }
        }
        let head = HTTPRequestHead(
            version: .http1_1, method: .GET, uri: target.path, headers: ["Host": "\(target.host):\(target.port)"]
        )
        let upgrade = NIOTypedHTTPClientUpgradeConfiguration<Outcome>(
            upgradeRequestHead: head, upgraders: [upgrader],
            notUpgradingCompletionHandler: { channel in
                channel.eventLoop.makeCompletedFuture { .refused(try Refused(wrappingChannelSynchronously: channel)) }
            }
        )
        var configuration = NIOUpgradableHTTPClientPipelineConfiguration(upgradeConfiguration: upgrade)
        // The server's first frames may come in the same packet as its answer.
        configuration.leftOverBytesStrategy = .forwardBytes
        return try channel.pipeline.syncOperations.configureUpgradableHTTPClientPipeline(configuration: configuration)
    }

    /// The parts of a ws URL.
    private struct Target: Sendable {
        let host: String
        let port: Int
        let path: String

        init(_ url: String) throws {
            guard let parts = URLComponents(string: url), let scheme = parts.scheme, let host = parts.host, !host.isEmpty
            else { throw SimulatorError.recording(url: url, reason: "not a URL of the form ws://host:port/subscribe") }
            guard scheme == "ws" else {
                throw SimulatorError.recording(
                    url: url,
                    reason: "only ws:// can be recorded, this program has no TLS; for a \(scheme):// host put a proxy that"
                        + " takes ws:// and speaks TLS to the host in between"
                )
            }
            self.host = host
            port = parts.port ?? plainPort
            let query = parts.percentEncodedQuery.map { "?" + $0 } ?? ""
            path = (parts.percentEncodedPath.isEmpty ? "/" : parts.percentEncodedPath) + query
        }
    }
}
