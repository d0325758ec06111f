import Foundation

/// Messages of Jetstream v2, made of those of v1.
package enum V2Text {
    /// The prefix of the names of payloads.
    package static let types = "network.bsky.jetstream.subscribeEvents#"

    /// The same event as a v2 server sends it: keys in its order, record and inner objects as they are.
    ///
    /// - Parameter text: A v1 message, laid out as servers do: the record behind the key, the CID last.
    /// - Returns: The v2 message; `text` itself when it is no event.
    package static func message(ofV1 text: String) -> String {
        guard let event = object(text), let kind = event["kind"] as? String else { return text }
        var fields: [(key: String, json: String)] = [("did", quoted(event["did"]))]
        if let cursor = event["cursor"] as? Int64 { fields.append(("seq", "\(cursor)")) }
        if let time = event["time_us"] as? Int64 { fields.append(("time", quoted(date(microseconds: time)))) }
        if let commit = event["commit"] as? [String: Any] {
            for key in ["cid", "collection", "operation", "rev", "rkey"] where commit[key] != nil {
                fields.append((key, quoted(commit[key])))
            }
            if let record = piece(of: text, after: #","record":"#, before: #","cid":""#)
                ?? piece(of: text, after: #","record":"#, before: "}}")
            {
                fields.append(("record", record))
            }
        } else if let body = piece(of: text, after: "\"\(kind)\":{", before: "}}") {
            fields.append((kind, "{\(body)}"))
        }
        let payload = fields.sorted { $0.key < $1.key }.map { ",\"\($0.key)\":\($0.json)" }.joined()
        return #"{"$type":"message","payload":{"$type":"\#(types)\#(kind)"\#(payload)}}"#
    }

    /// A moment as v2 servers write it: UTC, six digits of the second.
    package static func date(microseconds: Int64) -> String {
        let fraction = ((microseconds % 1_000_000) + 1_000_000) % 1_000_000
        let whole = Date(timeIntervalSince1970: Double((microseconds - fraction) / 1_000_000)).formatted(.iso8601)
        return "\(whole.dropLast()).\(String(String(1_000_000 + fraction).dropFirst()))Z"
    }

    private static func object(_ text: String) -> [String: Any]? {
        try? JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
    }

    private static func quoted(_ value: Any?) -> String {
        let data = try? JSONSerialization.data(
            withJSONObject: value ?? "",
            options: [.fragmentsAllowed, .withoutEscapingSlashes]
        )
        return String(decoding: data ?? Data(), as: UTF8.self)
    }

    private static func piece(of text: String, after start: String, before end: String) -> String? {
        guard let first = text.range(of: start), let last = text.range(of: end, options: .backwards),
            first.upperBound <= last.lowerBound
        else { return nil }
        return String(text[first.upperBound..<last.lowerBound])
    }
}
