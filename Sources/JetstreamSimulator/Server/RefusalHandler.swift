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
        guard let answer = Admission.answer(to: request, context) else {
            channelContext.fireChannelRead(data)
            channelContext.pipeline.syncOperations.removeHandler(self, promise: nil)
            return
        }
        if answer.status != .ok {
            context.count { $0.refusals += 1 }
            var entry = LedgerEntry(.refused, detail: String(answer.status.code))
            entry.wire = SubscribeRequest.wire(of: SubscribeRequest.split(request.uri).path)
            context.ledger.add(entry)
        }
        write(answer, channelContext)
    }

    private func write(_ answer: HTTPAnswer, _ context: ChannelHandlerContext) {
        var headers = HTTPHeaders()
        for (name, value) in answer.headers {
            headers.add(name: name, value: value)
        }
        headers.add(name: "Content-Length", value: String(answer.body.count))
        headers.add(name: "Connection", value: "close")
        let head = HTTPResponseHead(version: .http1_1, status: answer.status, headers: headers)
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: answer.body)))), promise: nil)
        let done = context.eventLoop.makePromise(of: Void.self)
        let channel = context.channel
        done.futureResult.whenComplete { _ in channel.close(promise: nil) }
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: done)
    }

    func errorCaught(context channelContext: ChannelHandlerContext, error: any Error) {
        channelContext.close(promise: nil)
    }
}
