/// The head of an HTTP/1 answer: its status and headers.
struct ResponseHead: Equatable {
    struct Header: Equatable {
        /// In lower case.
        let name: String
        /// Without white space around it.
        let value: String
    }

    /// The longest Retry-After that is believed, a day: a greater number is cut to it.
    static let maximumRetryAfterSeconds = 86_400

    /// The digit after `HTTP/1.`.
    let minorVersion: Int
    let status: Int
    let headers: [Header]

    /// The values of every header of that name, in the order sent.
    func values(of name: String) -> [String] {
        headers.filter { $0.name == name }.map(\.value)
    }

    /// The comma-separated words of every header of that name, in lower case.
    func tokens(of name: String) -> [String] {
        values(of: name).flatMap { value in
            value.lowercased().split(separator: ",").map { token in
                String(token.drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed())
            }
        }
    }

    /// How long the server asks to be left alone; nil when it does not say so in seconds (a date is not read).
    var retryAfterSeconds: Int? {
        guard
            let text = values(of: "retry-after").first, !text.isEmpty,
            text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) })
        else { return nil }
        return min(Int(text) ?? .max, Self.maximumRetryAfterSeconds)
    }
}
