import NIOCore
import NIOWebSocket

/// Ending.
extension SubscribeHandler {
    /// How long the client has to answer a close frame.
    private static let closeTimeout = TimeAmount.seconds(3)
    /// How long the reason of a close frame may be (RFC 6455, section 5.5), beside its code.
    private static let mostReasonBytes = 123

    private var isOpen: Bool { phase == .streaming || phase == .awaitingHello }

    /// Sends a close frame and waits a moment for the answer.
    ///
    /// - Parameters:
    ///   - code: the status that the client sees.
    ///   - reason: the words that go with it, and into the connection's report.
    func close(code: WebSocketErrorCode, because reason: String) {
        guard isOpen, let context else { return }
        phase = .closing
        self.reason = reason
        var words = reason
        while words.utf8.count > Self.mostReasonBytes {
            words.unicodeScalars.removeLast()
        }
        var data = context.channel.allocator.buffer(capacity: 2 + words.utf8.count)
        data.write(webSocketErrorCode: code)
        data.writeString(words)
        let frame = WebSocketFrame(fin: true, opcode: .connectionClose, data: data)
        context.writeAndFlush(wrapOutboundOut(frame), promise: nil)
        context.eventLoop.assumeIsolated().scheduleTask(in: Self.closeTimeout) { [weak self] in
            self?.context?.close(promise: nil)
        }
    }

    /// Ends the connection without a close frame; what is still in the process is lost.
    func cut(because reason: String) {
        guard phase != .ended, let context else { return }
        if isOpen {
            self.reason = reason
        }
        context.close(promise: nil)
    }

    /// Ends the connection without a close frame, behind everything that was written.
    func cutBehindWritten(because reason: String) {
        guard isOpen else { return }
        shared.count { $0.drops += 1 }
        self.reason = reason
        phase = .cutting
        // What a half-open connection holds back never gets out.
        if pendingBytes == 0 || modes.isHalfOpen {
            context?.close(promise: nil)
        }
    }

    /// Ends the connection with a reset, so that what is still in the kernel is lost too.
    func reset() {
        guard let context else { return }
        reason = "cut"
        shared.count { $0.drops += 1 }
        SocketReset.close(context.channel)
    }

    func receivedClose(_ data: ByteBuffer, _ context: ChannelHandlerContext) {
        var data = data
        guard isOpen else { return context.close(promise: nil) }
        let code = data.getInteger(at: data.readerIndex, as: UInt16.self)
        reason = "the client closed" + (code.map { " with \($0)" } ?? "")
        let echo = data.readSlice(length: min(2, data.readableBytes)) ?? ByteBuffer()
        let frame = WebSocketFrame(fin: true, opcode: .connectionClose, data: echo)
        let promise = context.eventLoop.makePromise(of: Void.self)
        let channel = context.channel
        promise.futureResult.whenComplete { _ in channel.close(promise: nil) }
        // Before the write, which may end the connection at once.
        phase = .closing
        context.writeAndFlush(wrapOutboundOut(frame), promise: promise)
    }
}
