import NIOHTTP1

/// What a server that refuses says.
package struct RefusalAnswer: Sendable, Equatable {
    package let status: Int
    /// The words; nil for those that the real server uses with the status.
    package let message: String?
    package let retryAfterSeconds: Int?

    package init(status: Int, message: String? = nil, retryAfterSeconds: Int? = nil) {
        self.status = status
        self.message = message
        self.retryAfterSeconds = retryAfterSeconds
    }

    func answer(on wire: Wire) -> HTTPAnswer {
        let (name, usual) = Self.words(for: status, on: wire)
        var answer = HTTPAnswer.error(
            HTTPResponseStatus(statusCode: status),
            on: wire,
            name: name,
            message ?? usual
        )
        if let retryAfterSeconds {
            answer.headers.append(("Retry-After", String(retryAfterSeconds)))
        }
        return answer
    }

    private static func words(for status: Int, on wire: Wire) -> (name: String, message: String) {
        switch status {
        case 400: ("InvalidRequest", "subscribe: bad query")
        case 429: ("RateLimitExceeded", "too many requests")
        case 503: ("ServiceUnavailable", "service not ready: bootstrap in progress")
        default: ("InternalServerError", HTTPResponseStatus(statusCode: status).reasonPhrase)
        }
    }
}

/// Which requests are refused, and how; where neither is given, all.
package struct RefusalPlan: Sendable, Equatable {
    package let answer: RefusalAnswer
    /// Only these of all requests for a subscription that the server ever got, from 1.
    package let attempts: ClosedRange<Int>?
    /// Only so many, from now on.
    package let count: Int?

    package init(_ answer: RefusalAnswer, attempts: ClosedRange<Int>? = nil, count: Int? = nil) {
        self.answer = answer
        self.attempts = attempts
        self.count = count
    }
}
