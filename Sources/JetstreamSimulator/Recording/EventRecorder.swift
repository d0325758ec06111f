import NIOCore
import NIOWebSocket

/// Writes the text messages of a stream to a file, one a line.
package struct EventRecorder: Sendable {
    /// What came of a recording.
    package struct Summary: Sendable, Equatable {
        package enum End: String, Sendable {
            case count = "the wanted number was reached"
            case duration = "the time was up"
            case closed = "the server closed the connection"
            case stopped = "stopped by a signal"
        }

        package let messages: Int
        package let end: End
    }

    private let url: String
    private let path: String
    private let mostMessages: Int
    private let duration: Duration?

    /// A recording to be made.
    ///
    /// - Parameters:
    ///   - url: the ws URL to read, cursor and filters in its query.
    ///   - path: the file, which is overwritten.
    ///   - mostMessages: how many messages to take at most.
    ///   - duration: how long to read at most, nil for as long as the server sends.
    package init(url: String, path: String, mostMessages: Int = .max, duration: Duration? = nil) {
        self.url = url
        self.path = path
        self.mostMessages = mostMessages
        self.duration = duration
    }

    /// Reads and writes until count, time, server or the caller's signal ends it.
    ///
    /// - Parameter stop: a sequence whose first element ends the recording.
    /// - Returns: how many messages are in the file, and what ended it.
    /// - Throws: `SimulatorError` if there is nobody to read from or nowhere to write to.
    package func run(until stop: AsyncStream<CInt> = AsyncStream { _ in }) async throws -> Summary {
        let file = try RecordingFile(path: path)
        let connection = try await connect()
        let end = try await withThrowingTaskGroup(of: Summary.End?.self) { group in
            group.addTask { try await copy(from: connection, to: file) }
            group.addTask {
                for await _ in stop {
                    return .stopped
                }
                return nil
            }
            if let duration {
                group.addTask {
                    try await Task.sleep(for: duration)
                    return .duration
                }
            }
            defer { group.cancelAll() }
            while let end = try await group.next() {
                if let end {
                    return end
                }
            }
            return .closed
        }
        try file.close()
        return Summary(messages: file.messages, end: end)
    }

    private func connect() async throws -> WebSocketClient.Connection {
        do {
            return try await WebSocketClient.connect(to: url)
        } catch let refusal as WebSocketRefusal {
            throw SimulatorError.recording(url: url, reason: refusal.description)
        }
    }

    /// Copies messages until there are enough or the connection ends.
    private func copy(
        from connection: WebSocketClient.Connection,
        to file: RecordingFile
    ) async throws -> Summary.End? {
        try await connection.executeThenClose { inbound, outbound in
            var assembler = MessageAssembler()
            do {
                for try await frame in inbound {
                    try await answer(frame, on: outbound)
                    guard frame.opcode != .connectionClose else { return .closed }
                    guard let message = assembler.message(completedBy: frame) else { continue }
                    guard try file.write(message) < mostMessages else { return .count }
                }
            } catch let error where error is IOError || error is ChannelError {
                // A server that is cut off ends the recording like one that says goodbye: what came is in the file.
                return .closed
            }
            return Task.isCancelled ? nil : .closed
        }
    }

    private func answer(
        _ frame: WebSocketFrame,
        on outbound: NIOAsyncChannelOutboundWriter<WebSocketFrame>
    ) async throws {
        switch frame.opcode {
        case .ping:
            try await outbound.write(
                WebSocketFrame(fin: true, opcode: .pong, maskKey: .random(), data: frame.unmaskedData)
            )
        case .connectionClose:
            var data = frame.unmaskedData
            let code = data.readSlice(length: min(2, data.readableBytes)) ?? ByteBuffer()
            try await outbound.write(
                WebSocketFrame(fin: true, opcode: .connectionClose, maskKey: .random(), data: code)
            )
        default:
            break
        }
    }
}
