import NIOCore
import NIOHTTP1

/// Answers the requests that cannot become a WebSocket, as the real server does, and closes; lets the others pass.
///
/// It stands before the upgrade handler, because that one forgets the head of a request which it does not upgrade.
final class RefusalHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let context: SimulatorContext

    init(context: SimulatorContext) {
        self.context = context
    }

    func channelRead(context channelContext: ChannelHandlerContext, data: NIOAny) {
        guard case .head(let request) = unwrapInboundIn(data) else { return }
        guard let (status, message) = Self.refusal(of: request) else {
            channelContext.fireChannelRead(data)
            channelContext.pipeline.syncOperations.removeHandler(self, promise: nil)
            return
        }
        context.count { $0.refusals += 1 }
        let body = ByteBuffer(string: message + "\n")
        var headers = HTTPHeaders()
        headers.add(name: "Content-Type", value: "text/plain; charset=utf-8")
        headers.add(name: "Content-Length", value: String(body.readableBytes))
        headers.add(name: "Connection", value: "close")
        if status == .upgradeRequired {
            headers.add(name: "Upgrade", value: "websocket")
        }
        let head = HTTPResponseHead(version: .http1_1, status: status, headers: headers)
        channelContext.write(wrapOutboundOut(.head(head)), promise: nil)
        channelContext.write(wrapOutboundOut(.body(.byteBuffer(body))), promise: nil)
        let done = channelContext.eventLoop.makePromise(of: Void.self)
        let channel = channelContext.channel
        done.futureResult.whenComplete { _ in channel.close(promise: nil) }
        channelContext.writeAndFlush(wrapOutboundOut(.end(nil)), promise: done)
    }

    func errorCaught(context channelContext: ChannelHandlerContext, error: any Error) {
        channelContext.close(promise: nil)
    }

    /// The answer to a request that is not upgraded, nil for one that is.
    private static func refusal(of request: HTTPRequestHead) -> (HTTPResponseStatus, String)? {
        let (path, query) = SubscribeRequest.split(request.uri)
        guard path == SubscribeRequest.path else { return (.notFound, "404 page not found") }
        guard request.method == .GET else { return (.methodNotAllowed, "Method Not Allowed") }
        let upgrades = request.headers[canonicalForm: "Upgrade"].contains { $0.lowercased() == "websocket" }
        let connects = request.headers[canonicalForm: "Connection"].contains { $0.lowercased() == "upgrade" }
        guard upgrades, connects else {
            return (
                .upgradeRequired, "WebSocket protocol violation: Connection and Upgrade headers must ask for websocket"
            )
        }
        guard request.headers["Sec-WebSocket-Version"] == ["13"], request.headers["Sec-WebSocket-Key"].count == 1 else {
            return (.badRequest, "WebSocket protocol violation: unsupported Sec-WebSocket-Version or missing key")
        }
        do {
            _ = try SubscribeQuery(query)
            return nil
        } catch {
            return (.badRequest, error.message)
        }
    }
}

/// The request target of a subscription.
enum SubscribeRequest {
    static let path = "/subscribe"

    /// The parts before and after the first question mark.
    static func split(_ target: String) -> (path: Substring, query: Substring) {
        guard let mark = target.firstIndex(of: "?") else { return (target[...], "") }
        return (target[..<mark], target[target.index(after: mark)...])
    }
}
