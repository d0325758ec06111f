/// Why a connection ended.
package enum ConnectionEnd: Sendable, Equatable, CustomStringConvertible {
    /// The program was told to stop.
    case stopped
    /// The queue stayed full for too long.
    case writerStuck
    /// Nothing came, not even an answer to a ping.
    case silent
    /// Nothing came of what was asked for, though much should have.
    case blind(silence: Duration)
    /// The server's sequence numbers begin anew.
    case reset
    /// Other filters are wanted, and this wire has them in the request.
    case filtersChanged
    /// The server said why it ends the stream (v2).
    case serverError(name: String, message: String)
    /// The messages are compressed with another dictionary than was agreed on.
    case wrongDictionary(ZstdError)
    case failed(WebSocketError, wasOpen: Bool)

    init(error: WebSocketError, wasOpen: Bool) {
        self = .failed(error, wasOpen: wasOpen)
    }

    /// Whether the handshake had succeeded.
    var wasOpen: Bool {
        if case .failed(_, let wasOpen) = self { wasOpen } else { true }
    }

    /// The words for what the server sent that ended it; nil when it ended for another reason.
    var serverFault: String? {
        guard case .failed(let error, wasOpen: true) = self, error.isCausedByServerData else { return nil }
        return error.description
    }

    /// What the answer to the upgrade meant; nil when there was none, or the connection was open.
    var refusal: Refusal? {
        guard case .failed(let error, wasOpen: false) = self else { return nil }
        return Refusal(error)
    }

    /// The words with which the server closed over what it was sent (1007, 1008, on old servers 1000 with words); nil when
    /// it did not.
    var complaint: String? {
        guard case .failed(.closedByServer(let code?, let reason), wasOpen: true) = self else { return nil }
        let isOld = code == CloseCode.normal && !reason.isEmpty
        guard isOld || code == CloseCode.invalidPayload || code == CloseCode.policyViolation else { return nil }
        return "closed with \(code): \(reason)"
    }

    package var description: String {
        switch self {
        case .stopped: "stopped"
        case .writerStuck: "the database took nothing for too long; the server would have given up on us"
        case .silent: "no frame for too long, not even an answer to a ping"
        case .blind(let silence):
            "nothing of what was asked for came for \(silence.components.seconds) s, in which much should have"
        case .reset: "the host's sequence numbers begin anew; going back by time"
        case .filtersChanged: "other filters are wanted"
        case .serverError(let name, let message): "the server ended the stream: \(name): \(message)"
        case .wrongDictionary(let error): error.description
        case .failed(let error, _): error.description
        }
    }
}
