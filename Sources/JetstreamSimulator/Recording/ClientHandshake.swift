import Crypto
import Foundation
import NIOCore
import NIOWebSocket

/// Why a server did not make a WebSocket of a connection.
package struct WebSocketRefusal: Error, Sendable, Equatable, CustomStringConvertible {
    /// The status line and header of the answer, as they came; empty if there was none.
    package let head: String
    package let body: String

    package init(head: String, body: String) {
        self.head = head
        self.body = body
    }

    /// What the server said, in one line.
    package var description: String {
        guard let status = head.split(separator: "\r\n").first else { return "the connection ended without an answer" }
        return "the server answered \(status.drop { $0 != " " }.dropFirst()): \(body)"
    }
}

/// The client's half of the opening handshake (RFC 6455, section 4.1).
///
/// It hands over to the frame decoder in the very read that brings the end of the answer, so that frames which follow
/// at once, and even a connection that ends right behind them, lose nothing.
final class ClientHandshake: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private static let acceptSuffix = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
    /// The largest frame that is read: what the official clients allow.
    private static let mostFrameBytes = 33_554_432

    private let host: String
    private let path: String
    private let key: String
    private let done: EventLoopPromise<WebSocketClient.Connection>
    private var answer = ByteBuffer()
    private var isDone = false

    init(host: String, path: String, done: EventLoopPromise<WebSocketClient.Connection>) {
        self.host = host
        self.path = path
        self.done = done
        key = Data((0..<16).map { _ in UInt8.random(in: 0...255) }).base64EncodedString()
    }

    func channelActive(context: ChannelHandlerContext) {
        let request = """
            GET \(path) HTTP/1.1\r\nHost: \(host)\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
            Sec-WebSocket-Key: \(key)\r\nSec-WebSocket-Version: 13\r\n\r\n
            """
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: request)), promise: nil)
        context.fireChannelActive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var more = unwrapInboundIn(data)
        guard !isDone else { return context.fireChannelRead(data) }
        answer.writeBuffer(&more)
        guard let end = answer.readableBytesView.firstRange(of: Array("\r\n\r\n".utf8)) else { return }
        let head = String(decoding: answer.readableBytesView[..<end.upperBound], as: UTF8.self)
        guard head.hasPrefix("HTTP/1.1 101 "), accepts(head) else {
            let bodyBytes = answer.writerIndex - end.upperBound
            // Without a length, the end of the connection is the end of the refusal.
            if head.hasPrefix("HTTP/1.1 101 ")
                || bodyBytes >= Self.value(of: "content-length", in: head).flatMap({ Int($0) }) ?? .max
            {
                context.close(promise: nil)
            }
            return
        }
        isDone = true
        answer.moveReaderIndex(to: end.upperBound)
        let connection = Result { try install(context.channel) }
        done.completeWith(connection)
        context.fireChannelRead(wrapInboundOut(answer))
        context.pipeline.syncOperations.removeHandler(self, promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        if !isDone {
            isDone = true
            let text = String(buffer: answer)
            let end = text.range(of: "\r\n\r\n")
            done.fail(
                WebSocketRefusal(
                    head: String(text[..<(end?.upperBound ?? text.endIndex)]),
                    body: end.map { String(text[$0.upperBound...]) } ?? ""
                )
            )
        }
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard !isDone else { return context.fireErrorCaught(error) }
        isDone = true
        done.fail(error)
        context.close(promise: nil)
    }

    /// Reached without an answer when nobody listened.
    func handlerRemoved(context: ChannelHandlerContext) {
        guard !isDone else { return }
        isDone = true
        done.fail(ChannelError.ioOnClosedChannel)
    }

    private func install(_ channel: any Channel) throws -> WebSocketClient.Connection {
        let pipeline = channel.pipeline.syncOperations
        try pipeline.addHandler(WebSocketFrameEncoder())
        try pipeline.addHandler(ByteToMessageHandler(WebSocketFrameDecoder(maxFrameSize: Self.mostFrameBytes)))
        return try WebSocketClient.Connection(wrappingChannelSynchronously: channel)
    }

    private func accepts(_ head: String) -> Bool {
        let digest = Insecure.SHA1.hash(data: Data((key + Self.acceptSuffix).utf8))
        return Self.value(of: "sec-websocket-accept", in: head) == Data(digest).base64EncodedString()
    }

    /// The value of a header field, nil where there is none.
    private static func value(of name: String, in head: String) -> String? {
        for line in head.split(separator: "\r\n") {
            let parts = line.split(separator: ":", maxSplits: 1)
            if parts.count == 2, parts[0].lowercased() == name {
                return parts[1].trimmingCharacters(in: .whitespaces)
            }
        }
        return nil
    }
}
