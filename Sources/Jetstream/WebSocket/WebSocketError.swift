/// Why a WebSocket could not be opened, or ended.
///
/// Texts that came from the network (a refusal's body, a close frame's reason, names inside libcurl's messages) are
/// kept raw, also in `description`: who prints them to a log or a terminal escapes them.
package enum WebSocketError: Error, Sendable, Equatable {
    /// The address is not one that a WebSocket can be opened to; nothing was tried.
    case invalidURL(reason: String)
    /// The system refused what every connection needs, such as a file descriptor.
    case systemCallFailed(name: String, errorNumber: Int32)
    /// No connection came about: name look-up, TCP, proxy or TLS, with libcurl's CURLcode and its message.
    case couldNotConnect(curlCode: UInt32, message: String)
    /// The server's certificate is not signed by a trusted authority, is out of date, or bears another name.
    case certificateRefused(message: String)
    /// The file of trusted authorities cannot be read or holds no certificate.
    case unusableCAFile(message: String)
    /// The time for look-up, TCP, TLS and upgrade together was over before the server had agreed.
    case handshakeTimedOut
    /// The server's answer to the upgrade is not what RFC 6455 (4.1) asks for.
    case invalidHandshake(reason: String)
    /// The server answered the upgrade with another status than 101.
    ///
    /// Redirects, too, end here.
    ///
    /// `retryAfterSeconds` is nil without a Retry-After in seconds; `body` holds its first 2 KiB at most.
    case refused(status: Int, retryAfterSeconds: Int?, body: String)
    /// The server broke the protocol; `closeCode` is what it was told (1002, or 1008 for an abuse).
    case protocolViolation(closeCode: UInt16, reason: String)
    /// A message was announced (or had grown) to this many bytes, more than is accepted.
    case messageTooBig(bytes: Int)
    /// A text message or the reason of a close frame is not UTF-8.
    case invalidUTF8
    /// The server closed in good order; `code` is nil when its close frame held none.
    case closedByServer(code: UInt16?, reason: String)
    /// The connection ended without a close frame: end of stream, reset, or an error of TLS or the network.
    case connectionLost(message: String)
    /// More waits to be sent than the output may hold; the message was not taken, the connection lives on.
    case outputFull(pendingBytes: Int)
    /// The wake signal came while the connection was being opened.
    case interrupted

    /// Whether bytes of the stream caused this, so that the same position may cause it again.
    package var isCausedByServerData: Bool {
        switch self {
        case .protocolViolation, .messageTooBig, .invalidUTF8: true
        default: false
        }
    }

    /// The status that a close frame for this error carries (RFC 6455 7.4.1), or nil when none is sent.
    var closeCode: UInt16? {
        switch self {
        case .protocolViolation(let closeCode, _): closeCode
        case .messageTooBig: CloseCode.messageTooBig
        case .invalidUTF8: CloseCode.invalidPayload
        default: nil
        }
    }
}
