import Foundation
package import NIOCore
import NIOPosix
package import NIOWebSocket

/// A plain WebSocket client: enough to read a stream over ws.
package enum WebSocketClient {
    package typealias Connection = NIOAsyncChannel<WebSocketFrame, WebSocketFrame>

    private static let plainPort = 80
    /// Longer than a network needs, because a client that waits for its turn on a busy machine is no failure.
    private static let connectTimeout = TimeAmount.seconds(30)

    /// Connects and asks for the upgrade.
    ///
    /// - Parameters:
    ///   - url: a ws URL; the query goes to the server as it stands.
    ///   - receiveBufferBytes: the size of the socket's receive buffer, nil for the system's choice.
    /// - Returns: the connection; it has to be run with `executeThenClose`.
    /// - Throws: `WebSocketRefusal` if the server does not upgrade, `SimulatorError.recording` if the URL is none of ours
    ///   or nobody listens there.
    package static func connect(to url: String, receiveBufferBytes: Int? = nil) async throws -> Connection {
        let target = try Target(url)
        var bootstrap = ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton).connectTimeout(connectTimeout)
        if let receiveBufferBytes {
            bootstrap = bootstrap.channelOption(.socketOption(.so_rcvbuf), value: receiveBufferBytes)
        }
        do {
            let connection = try await bootstrap.connect(host: target.host, port: target.port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    let done = channel.eventLoop.makePromise(of: Connection.self)
                    let handshake = ClientHandshake(
                        host: "\(target.host):\(target.port)",
                        path: target.path,
                        done: done
                    )
                    try channel.pipeline.syncOperations.addHandler(handshake)
                    return done.futureResult
                }
            }
            return try await connection.get()
        } catch let refusal as WebSocketRefusal {
            throw refusal
        } catch {
            throw SimulatorError.recording(url: url, reason: "cannot connect: \(error)")
        }
    }

    /// The parts of a ws URL.
    private struct Target: Sendable {
        let host: String
        let port: Int
        let path: String

        init(_ url: String) throws {
            guard let parts = URLComponents(string: url), let scheme = parts.scheme, let host = parts.host,
                !host.isEmpty
            else { throw SimulatorError.recording(url: url, reason: "not a URL of the form ws://host:port/subscribe") }
            guard scheme == "ws" else {
                throw SimulatorError.recording(
                    url: url,
                    reason:
                        "only ws:// can be recorded, this program has no TLS; for a \(scheme):// host put a proxy that"
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
