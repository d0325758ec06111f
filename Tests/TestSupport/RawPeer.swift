import Glibc

/// The server's end of one TCP connection, for scripts that send exactly the bytes they mean to.
///
/// It blocks, and belongs to the thread that runs the script. Every read ends after 20 seconds, so that a test fails
/// instead of hanging.
package final class RawPeer {
    package enum Failure: Error, Equatable {
        case endOfStream
        case systemCallFailed(name: String, errorNumber: Int32)
    }

    let socket: Int32
    var unread: [UInt8] = []

    init(socket: Int32) {
        self.socket = socket
        var timeout = timeval(tv_sec: 20, tv_usec: 0)
        setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &timeout, socklen_t(MemoryLayout<timeval>.size))
        setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &timeout, socklen_t(MemoryLayout<timeval>.size))
    }

    deinit {
        close(socket)
    }

    /// Reads up to the empty line that ends a request's head, and returns its lines.
    package func readRequest() throws -> [String] {
        while true {
            if let end = unread.indices.first(where: { unread[$0...].starts(with: Array("\r\n\r\n".utf8)) }) {
                let head = String(decoding: unread[..<end], as: UTF8.self)
                unread.removeFirst(end + 4)
                return head.split(separator: "\r\n").map(String.init)
            }
            try fill()
        }
    }

    /// The value of a header among a request's lines.
    package static func value(of name: String, in request: [String]) -> String? {
        request.first { $0.lowercased().hasPrefix(name.lowercased() + ":") }
            .map { String($0.dropFirst(name.utf8.count + 1).drop { $0 == " " }) }
    }

    /// Sends all of `bytes`.
    package func write(_ bytes: [UInt8]) throws {
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes { buffer in
                send(socket, buffer.baseAddress.map { $0 + sent }, buffer.count - sent, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { throw Failure.systemCallFailed(name: "send", errorNumber: errno) }
            sent += count
        }
    }

    package func write(_ text: String) throws {
        try write(Array(text.utf8))
    }

    /// Reads one frame that the client sent, or returns nil when it ended the connection.
    package func readFrame() throws -> ClientFrame? {
        while true {
            if let (frame, byteCount) = ClientFrame.parse(unread) {
                unread.removeFirst(byteCount)
                return frame
            }
            do {
                try fill()
            } catch Failure.endOfStream, Failure.systemCallFailed(name: "recv", errorNumber: ECONNRESET) {
                return nil
            }
        }
    }

    /// Reads frames until the client ends the connection.
    package func readFrames() throws -> [ClientFrame] {
        var frames: [ClientFrame] = []
        while let frame = try readFrame() {
            frames.append(frame)
        }
        return frames
    }

    /// Reads frames up to a close frame, ends the stream as a server does then, and reads what may follow.
    package func readFramesThroughClose() throws -> [ClientFrame] {
        var frames: [ClientFrame] = []
        while let frame = try readFrame() {
            frames.append(frame)
            if frame.opcode == 8 { finishWriting() }
        }
        return frames
    }

    /// Lets time pass, for servers whose fault is to be slow.
    package func pause(milliseconds: UInt32) {
        usleep(milliseconds * 1000)
    }

    /// Sends the end of the stream; what the client sends can still be read.
    package func finishWriting() {
        shutdown(socket, Int32(SHUT_WR))
    }

    /// Ends the connection with a reset.
    package func reset() {
        var option = linger(l_onoff: 1, l_linger: 0)
        setsockopt(socket, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
        // A connect to nowhere drops a TCP connection and keeps the descriptor, which deinit closes.
        var nowhere = sockaddr(sa_family: sa_family_t(AF_UNSPEC), sa_data: (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0))
        connect(socket, &nowhere, socklen_t(MemoryLayout<sockaddr>.size))
    }

    private func fill() throws {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        let count = recv(socket, &buffer, buffer.count, 0)
        guard count >= 0 else { throw Failure.systemCallFailed(name: "recv", errorNumber: errno) }
        guard count > 0 else { throw Failure.endOfStream }
        unread += buffer[..<count]
    }
}
