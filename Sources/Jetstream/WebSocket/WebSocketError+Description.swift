import Glibc

extension WebSocketError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .invalidURL(let reason):
            "not a WebSocket address: \(reason)"
        case .systemCallFailed(let name, let errorNumber):
            "\(name) failed: \(String(cString: strerror(errorNumber)))"
        case .couldNotConnect(let curlCode, let message):
            "could not connect: \(message) (curl \(curlCode))"
        case .certificateRefused(let message):
            "the server's certificate was refused: \(message)"
        case .unusableCAFile(let message):
            "the file of trusted certificates cannot be used: \(message)"
        case .handshakeTimedOut:
            "the server did not complete the connection in time"
        case .invalidHandshake(let reason):
            "the server's answer is not a WebSocket handshake: \(reason)"
        case .refused(let status, let retryAfterSeconds, let body):
            Self.describeRefusal(status: status, retryAfterSeconds: retryAfterSeconds, body: body)
        case .protocolViolation(let closeCode, let reason):
            "the server broke the WebSocket protocol: \(reason) (closed with \(closeCode))"
        case .messageTooBig(let bytes):
            "the server sent a message of \(bytes) bytes, more than is accepted"
        case .invalidUTF8:
            "the server sent text that is not UTF-8"
        case .closedByServer(let code, let reason):
            "the server closed the connection (\(code.map(String.init) ?? "no code"))"
                + (reason.isEmpty ? "" : ": \(reason)")
        case .connectionLost(let message):
            "the connection was lost: \(message)"
        case .outputFull(let pendingBytes):
            "the server does not take what is sent: \(pendingBytes) bytes are waiting"
        case .interrupted:
            "opening the connection was interrupted"
        }
    }

    private static func describeRefusal(status: Int, retryAfterSeconds: Int?, body: String) -> String {
        var text = "the server refused the connection with HTTP status \(status)"
        if let retryAfterSeconds {
            text += ", to be tried again after \(retryAfterSeconds) s"
        }
        if !body.isEmpty {
            text += ": \(body)"
        }
        return text
    }
}
