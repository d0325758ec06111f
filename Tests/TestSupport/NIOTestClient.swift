import JetstreamSimulator
package import NIOCore
import NIOWebSocket

/// A WebSocket client that is not ours, to look at what a server really sends.
package enum NIOTestClient {
    /// How a connection ended, as the client saw it.
    package enum End: Sendable, Equatable {
        /// A close frame came.
        case closed(code: Int?, reason: String)
        /// The stream ended without a close frame.
        case endOfStream
        /// The connection was reset.
        case reset
        /// The client had enough.
        case enough
    }

    /// Everything that came over one connection.
    package struct Transcript: Sendable {
        package internal(set) var messages: [Message] = []
        package internal(set) var pings = 0
        package internal(set) var end = End.endOfStream

        package var texts: [String] { messages.map(\.text) }
    }

    /// One frame with data.
    package struct Message: Sendable {
        package let bytes: [UInt8]
        /// Whether the first reserved bit was set.
        package let isReserved: Bool
        package let isBinary: Bool

        package var text: String { String(decoding: bytes, as: UTF8.self) }
        package var isUTF8: Bool { String(validating: bytes, as: UTF8.self) != nil }
    }

    /// Reads messages until there are enough or the connection ends.
    ///
    /// - Parameters:
    ///   - url: the ws URL.
    ///   - count: how many messages are enough.
    ///   - answersPings: whether the client behaves.
    /// - Returns: what came, and how it ended.
    /// - Throws: `WebSocketRefusal` if the server does not upgrade.
    package static func collect(
        _ url: String,
        count: Int = .max,
        answersPings: Bool = true
    ) async throws -> Transcript {
        try await withTestDeadline("\(count) messages from \(url)") {
            try await withSession(url) { session in
                session.answersPings = answersPings
                while session.transcript.messages.count < count {
                    guard try await session.next() != nil else { return session.transcript }
                }
                session.transcript.end = .enough
                return session.transcript
            }
        }
    }

    /// Opens a connection for as long as the body runs.
    ///
    /// - Parameters:
    ///   - url: the ws URL.
    ///   - receiveBufferBytes: the size of the socket's receive buffer, nil for the system's choice.
    ///   - body: reads from the session; what it does not read waits in the socket.
    /// - Returns: what the body returns.
    /// - Throws: `WebSocketRefusal` if the server does not upgrade.
    package static func withSession<Result: Sendable>(
        _ url: String,
        receiveBufferBytes: Int? = nil,
        _ body: @Sendable (inout Session) async throws -> Result
    ) async throws -> Result {
        let connection = try await WebSocketClient.connect(to: url, receiveBufferBytes: receiveBufferBytes)
        return try await connection.executeThenClose { inbound, outbound in
            var session = Session(inbound.makeAsyncIterator(), outbound)
            return try await body(&session)
        }
    }

    /// The readable bytes of a buffer, for tests that do not import NIO.
    package static func bytes(of buffer: ByteBuffer) -> [UInt8] {
        Array(buffer.readableBytesView)
    }

    /// One open connection.
    package struct Session {
        private var frames: NIOAsyncChannelInboundStream<WebSocketFrame>.AsyncIterator
        private let outbound: NIOAsyncChannelOutboundWriter<WebSocketFrame>
        package var answersPings = true
        private var hasSentClose = false
        package internal(set) var transcript = Transcript()
        /// The payloads of the pongs that came.
        package internal(set) var pongs: [String] = []

        fileprivate init(
            _ frames: NIOAsyncChannelInboundStream<WebSocketFrame>.AsyncIterator,
            _ outbound: NIOAsyncChannelOutboundWriter<WebSocketFrame>
        ) {
            self.frames = frames
            self.outbound = outbound
        }

        /// The next message, nil when the connection has ended.
        package mutating func next() async throws -> Message? {
            do {
                while let frame = try await frames.next(isolation: #isolation) {
                    switch frame.opcode {
                    case .ping:
                        transcript.pings += 1
                        if answersPings {
                            try await send(.pong, frame.unmaskedData)
                        }
                    case .pong:
                        pongs.append(String(buffer: frame.unmaskedData))
                    case .connectionClose:
                        try await receivedClose(frame.unmaskedData)
                        return nil
                    case .text, .binary, .continuation:
                        let message = Message(
                            bytes: Array(frame.unmaskedData.readableBytesView),
                            isReserved: frame.rsv1,
                            isBinary: frame.opcode == .binary
                        )
                        transcript.messages.append(message)
                        return message
                    default:
                        break
                    }
                }
            } catch let error as IOError where error.errnoCode == 104 || error.errnoCode == 32 {
                transcript.end = .reset
            } catch is ChannelError {
                // The connection ended while an answer was written.
                if transcript.end == .endOfStream {
                    transcript.end = .reset
                }
            }
            return nil
        }

        package func sendPing(_ payload: String) async throws {
            try await send(.ping, ByteBuffer(string: payload))
        }

        /// Sends a close frame; `next` then reads the answer.
        package mutating func sendClose(code: UInt16) async throws {
            hasSentClose = true
            var data = ByteBuffer()
            data.writeInteger(code)
            try await send(.connectionClose, data)
        }

        package func sendText(_ text: String) async throws {
            try await send(.text, ByteBuffer(string: text))
        }

        private func send(_ opcode: WebSocketOpcode, _ data: ByteBuffer) async throws {
            try await outbound.write(WebSocketFrame(fin: true, opcode: opcode, maskKey: .random(), data: data))
        }

        /// Sends a text frame without a mask, which a server has to refuse.
        package func sendUnmasked(_ text: String) async throws {
            try await outbound.write(WebSocketFrame(fin: true, opcode: .text, data: ByteBuffer(string: text)))
        }

        private mutating func receivedClose(_ data: ByteBuffer) async throws {
            var data = data
            let code = data.readInteger(as: UInt16.self)
            transcript.end = .closed(code: code.map(Int.init), reason: String(buffer: data))
            guard !hasSentClose else { return }
            var echo = ByteBuffer()
            if let code {
                echo.writeInteger(code)
            }
            try await send(.connectionClose, echo)
        }
    }
}
