import NIOHTTP1

/// A whole HTTP response of a server that closes the connection behind it.
struct HTTPAnswer: Sendable {
    let status: HTTPResponseStatus
    var headers: [(name: String, value: String)] = []
    var body: [UInt8]

    /// In the form of the first wire.
    static func text(_ status: HTTPResponseStatus, _ message: String) -> HTTPAnswer {
        HTTPAnswer(
            status: status,
            headers: [("Content-Type", "text/plain; charset=utf-8")],
            body: Array((message + "\n").utf8)
        )
    }

    /// In the form of the second wire.
    static func json(_ status: HTTPResponseStatus, error: String, _ message: String) -> HTTPAnswer {
        var body = "{\"error\":"
        JSONText.append(error, to: &body)
        body += ",\"message\":"
        JSONText.append(message, to: &body)
        return HTTPAnswer(
            status: status,
            headers: [("Content-Type", "application/json")],
            body: Array((body + "}").utf8)
        )
    }

    static func error(_ status: HTTPResponseStatus, on wire: Wire, name: String, _ message: String) -> HTTPAnswer {
        wire == .v1 ? text(status, message) : json(status, error: name, message)
    }
}
