/// Which events of the log are asked for; nil leaves a column out of the question.
package struct ActivityFilter: Sendable, Equatable {
    /// The earliest time, as ``UTCTimestamp`` writes it; the empty text stands before all times.
    package var sinceTimestamp: String

    /// The time before which it ends, as ``UTCTimestamp`` writes it; that moment itself is left out.
    package var untilTimestamp: String?

    package var status: ActivityStatus?
    package var errorClass: ErrorClass?
    package var operation: String?
    package var collection: String?
    package var did: String?

    package init(
        sinceTimestamp: String,
        untilTimestamp: String? = nil,
        status: ActivityStatus? = nil,
        errorClass: ErrorClass? = nil,
        operation: String? = nil,
        collection: String? = nil,
        did: String? = nil
    ) {
        self.sinceTimestamp = sinceTimestamp
        self.untilTimestamp = untilTimestamp
        self.status = status
        self.errorClass = errorClass
        self.operation = operation
        self.collection = collection
        self.did = did
    }
}

/// The place of an event in the order of the list: by time, and by id where times are equal.
///
/// Its text, `TIMESTAMP/ID`, goes to a user and comes back.
package struct ActivityCursor: Sendable, Equatable, LosslessStringConvertible {
    package let timestamp: String
    package let id: Int64

    package init(timestamp: String, id: Int64) {
        self.timestamp = timestamp
        self.id = id
    }

    package init?(_ text: String) {
        guard let slash = text.lastIndex(of: "/"), let id = Int64(text[text.index(after: slash)...]) else { return nil }
        self.init(timestamp: String(text[..<slash]), id: id)
    }

    package var description: String { "\(timestamp)/\(id)" }
}

/// A part of the list.
package struct ActivityPage: Sendable {
    /// The events, newest first.
    package let entries: [ActivityEntry]

    /// Where the next page begins; nil when the end was reached.
    ///
    /// A page may have a next one and no entries, when none of the rows that it examined matched.
    package let next: ActivityCursor?

    /// How many rows were examined.
    package let examined: Int
}
