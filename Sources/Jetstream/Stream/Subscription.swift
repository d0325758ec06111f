import Crypto

/// What is asked of a Jetstream: the filters, the same for both wires.
package struct Subscription: Sendable, Equatable {
    /// The most that a server takes; more are refused with 400.
    package static let maximumCollections = 100
    package static let maximumDids = 10_000
    /// The largest message that the reader takes, and so the largest that it asks for.
    package static let maximumMessageBytes = 4 * 1024 * 1024

    /// NSIDs, or prefixes such as `app.bsky.feed.*`; empty for all.
    ///
    /// They filter commits only.
    package var wantedCollections: [String]
    /// DIDs; empty for all.
    ///
    /// They filter every kind of event.
    package var wantedDids: [String]

    package init(wantedCollections: [String] = [], wantedDids: [String] = []) {
        self.wantedCollections = wantedCollections
        self.wantedDids = wantedDids
    }

    /// A short text that differs when the filters do, so that what was learned with others is not believed.
    package var fingerprint: String {
        SHA256.hash(data: Array(optionsUpdate.utf8)).prefix(8).map { String($0, radix: 16) }.joined(separator: ".")
    }

    /// The message that replaces the filters of an open v1 connection (`options_update`).
    ///
    /// It is not acknowledged; what is wrong with it closes the connection with 1007 or 1008.
    package var optionsUpdate: String {
        let payload = [
            "\"wantedCollections\":\(Subscription.array(wantedCollections))",
            "\"wantedDids\":\(Subscription.array(wantedDids))",
            "\"maxMessageSizeBytes\":\(Subscription.maximumMessageBytes)",
        ]
        return "{\"type\":\"options_update\",\"payload\":{\(payload.joined(separator: ","))}}"
    }

    private static func array(_ texts: [String]) -> String {
        "[\(texts.map { "\"\(escapedForJSON($0))\"" }.joined(separator: ","))]"
    }

    /// As JSON wants it (RFC 8259, section 7); filters hold such characters only when they are wrong.
    private static func escapedForJSON(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case _ where scalar.value < 0x20:
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
