import Foundation

/// What a list says of an event in one line, beside its columns.
///
/// The texts are the network's: whoever prints them escapes them.
package struct ActivityDisplay: Sendable, Equatable {
    /// How many characters of a record's text are shown.
    static let lineCharacters = 80

    /// How many Unicode scalars are looked at for them, since one character can be made of any number.
    private static let lineScalars = 2000

    /// The last part of the collection's NSID, such as `post`; nil when the event has no collection.
    package let collection: String?

    /// The record's key; nil when the event has none.
    package let rkey: String?

    /// One line of the record: a post's text, the subject of a like, follow, repost or block, a profile's display
    /// name; nil when there is no record, or nothing of the kind in it.
    package let line: String?

    package init(_ entry: ActivityEntry) {
        collection = entry.collection.split(separator: ".").last.map(String.init)
        rkey = entry.rkey.isEmpty ? nil : entry.rkey
        line = Self.record(in: entry.payload).flatMap(Self.text).flatMap(Self.fold)
    }

    /// The record of a message, which v1 has in `commit` and v2 in `payload`.
    private static func record(in payload: [UInt8]) -> [String: Any]? {
        guard let message = try? JSONSerialization.jsonObject(with: Data(payload)) as? [String: Any] else { return nil }
        let commit = message["commit"] as? [String: Any] ?? message["payload"] as? [String: Any]
        return commit?["record"] as? [String: Any]
    }

    private static func text(of record: [String: Any]) -> String? {
        let subject = record["subject"]
        let candidates = [
            record["text"], subject, (subject as? [String: Any])?["uri"], record["displayName"], record["name"],
        ]
        return candidates.lazy.compactMap { $0 as? String }.first { !$0.isEmpty }
    }

    /// Makes one line of a text: white space becomes single spaces, and what is too long ends in an ellipsis.
    private static func fold(_ text: String) -> String? {
        let isCut = text.unicodeScalars.dropFirst(lineScalars).first != nil
        let start = isCut ? String(text.unicodeScalars.prefix(lineScalars)) : text
        let words = start.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        guard !words.isEmpty else { return nil }
        guard isCut || words.count > lineCharacters else { return words }
        return words.prefix(lineCharacters - 1) + "…"
    }
}
