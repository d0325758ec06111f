/// One event of a generated stream.
package struct GeneratedEvent: Sendable, Equatable {
    package enum Kind: String, Sendable, CaseIterable {
        case commit
        case identity
        case account
        /// The state of a repository after something the relay could not follow; only the second wire carries it.
        case sync
    }

    package enum Operation: String, Sendable {
        case create
        case update
        case delete
    }

    /// What a commit event does to which record.
    package struct Commit: Sendable, Equatable {
        package let revision: String
        package let operation: Operation
        package let collection: String
        package let recordKey: String
        /// Nil for a delete.
        package let cid: String?
    }

    /// The event as it goes over the wire.
    package let json: String
    /// Microseconds since the Unix epoch (`time_us`).
    package let timeMicroseconds: Int64
    /// The event's `cursor`, nil on a stream without sequence numbers.
    package let sequence: Int64?
    package let kind: Kind
    package let did: String
    /// Nil for events that are no commits.
    package let commit: Commit?
}
