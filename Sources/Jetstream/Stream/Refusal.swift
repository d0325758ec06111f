/// What a server meant when it answered the upgrade with another status than 101.
enum Refusal: Equatable {
    /// The cursor is older than what the server keeps; only v2 says so.
    case cursorTooOld
    /// The server no longer knows the zstd dictionary that was named.
    case unknownDictionary
    /// Not now: too many requests, or a server that is not ready. Nil when it does not say how long to wait.
    case busy(retryAfterSeconds: Int?)
    /// Something of what was asked for is wrong: perhaps the filters.
    case badRequest
    /// What was asked for is not to be had here.
    case invalid

    /// Reads the answer.
    ///
    /// A v2 server names its error in a JSON body, of which one word is looked for; the body may have been cut, or
    /// wrapped by a gateway.
    init(status: Int, retryAfterSeconds: Int?, body: String) {
        switch status {
        case 400 where body.contains("\"CursorTooOld\""): self = .cursorTooOld
        case 400 where body.contains("\"UnknownZstdDictionary\""): self = .unknownDictionary
        case 400: self = .badRequest
        case 408, 425, 429, 500...: self = .busy(retryAfterSeconds: retryAfterSeconds)
        default: self = .invalid
        }
    }

    /// Nil for an error that is no answer to the upgrade.
    init?(_ error: WebSocketError) {
        guard case .refused(let status, let retryAfterSeconds, let body) = error else { return nil }
        self.init(status: status, retryAfterSeconds: retryAfterSeconds, body: body)
    }
}

/// Every host refused, as invalid, what the program asked for when it began: it would go on doing so.
package struct StreamRefused: Error, Equatable, CustomStringConvertible {
    /// What each host said, by its name.
    package var answers: [Answer]

    package struct Answer: Sendable, Equatable {
        package var host: String
        package var words: String
    }

    package var description: String {
        let said = answers.map { "\($0.host): \($0.words)" }.joined(separator: "; ")
        return "no host takes what the configuration asks for: \(said)"
    }
}
